using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace BftCloud.Testing.Fuzzing;

/// <summary>
/// Throws what its corpus holds, and then changed and random input, at a decoder. For any input: no error but those
/// declared; in canonical formats nothing accepted that is not exactly the encoding of what it was decoded to; no more
/// memory than a fixed multiple of the bytes received; an end. Every round follows from its seed alone. Short by
/// default; longer with <c>BFTCLOUD_FUZZ_SECONDS</c> (for each target, beginning with a seed of the moment), repeated
/// with <c>BFTCLOUD_FUZZ_SEED</c>. <c>BFTCLOUD_FUZZ_INPUTS</c> is as long as so many inputs last.
/// </summary>
internal static class Fuzzer
{
    private const int ValidPerRound = 3;
    private const int ChangedPerRound = 200;
    private const int MadePerRound = 40;
    private const int PoolMax = 64;

    /// <summary>Rounds of short runs begin with these seeds: the same in every run.</summary>
    private const int FirstSeed = 1;

    /// <summary>
    /// Fuzzes a decoder; throws at the first input that breaks a promise, with all that is needed to see it again. What
    /// is found is kept in the corpus, so that it is tried first from then on.
    /// </summary>
    /// <returns>What was done, in words.</returns>
    public static string Run(FuzzTarget target, Corpus corpus)
    {
        double? seconds = Variable("BFTCLOUD_FUZZ_SECONDS");
        double? inputs = Variable("BFTCLOUD_FUZZ_INPUTS");
        int? seed = (int?)Variable("BFTCLOUD_FUZZ_SEED");
        bool isLong = seconds is not null || inputs is not null;
        int first = seed ?? (!isLong ? FirstSeed : Random.Shared.Next(1_000_000, int.MaxValue / 2));
        Progress progress = new();
        Exception? failure = null;
        // A thread of its own: its allocations are the decoder's, and one that never ends can be told.
        Thread thread = new(() =>
        {
            try
            {
                IReadOnlyList<string> files = corpus.FilesOf(target.Name);
                foreach (string file in files) new Round(target, first, progress, corpus).Replay(file);
                progress.Replayed = files.Count;
                long start = Stopwatch.GetTimestamp();
                int rounds = seed is not null && !isLong ? 1 : target.Rounds;
                bool IsOver(int round) => !isLong ? round >= rounds
                    : Stopwatch.GetElapsedTime(start).TotalSeconds >= seconds || progress.Inputs >= inputs;
                for (int round = 0; !IsOver(round); round++) new Round(target, first + round, progress, corpus).Run();
            }
            catch (Exception e)
            {
                failure = e;
            }
        }, maxStackSize: 1 << 20)
        { IsBackground = true };
        thread.Start();
        for (long last = -1; !thread.Join(Patience.Time); last = progress.Inputs)
        {
            if (progress.Inputs == last)
                throw new FuzzException(
                    $"{target}: no end after {Patience.Time}. {Describe(progress.Seed, progress.Input)}");
        }
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        if (progress.Accepted == 0 || progress.Refused == 0)
            throw new FuzzException(
                $"{target}: {progress.Accepted} accepted, {progress.Refused} refused: "
                + "the inputs do not test the decoder.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{target}: {progress.Replayed} of the corpus, seeds {first} to {progress.Seed}, "
            + $"{progress.Inputs} inputs, {progress.Accepted} accepted, {progress.Refused} refused");
    }

    private static double? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : null;

    private static string Describe(int seed, byte[] input)
    {
        const int BytesShown = 4096;
        string hex = Convert.ToHexStringLower(input.AsSpan(0, Math.Min(input.Length, BytesShown)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"BFTCLOUD_FUZZ_SEED={seed}; {input.Length} bytes: {hex}{(input.Length > BytesShown ? "…" : "")}");
    }

    private sealed class Progress
    {
        public long Inputs, Accepted, Refused;
        public int Seed, Replayed;
        public byte[] Input = [];
    }

    private sealed class Round(FuzzTarget target, int seed, Progress progress, Corpus corpus)
    {
        private readonly Random _random = new(seed);

        /// <summary>An input of the corpus keeps the promises.</summary>
        public void Replay(string file)
        {
            byte[] input = File.ReadAllBytes(file);
            progress.Input = input;
            if (ProblemWith(input, out _) is { } problem) throw new FuzzException($"{target}: {problem} It is {file}");
        }

        public void Run()
        {
            progress.Seed = seed;
            Mutator mutator = new(_random, target.Words);
            List<byte[]> pool = [];
            for (int i = 0; i < ValidPerRound; i++)
            {
                byte[] valid = target.Valid(_random);
                if (!Try(valid))
                    throw new FuzzException($"{target}: a valid input was refused. {Describe(seed, valid)}");
                pool.Add(valid);
            }
            for (int i = 0; i < ChangedPerRound; i++)
            {
                byte[] changed = mutator.Change(pool[_random.Next(pool.Count)], pool[_random.Next(pool.Count)]);
                // What is still accepted is a way further in.
                if (Try(changed) && pool.Count < PoolMax) pool.Add(changed);
            }
            for (int i = 0; i < MadePerRound; i++) Try(mutator.Make());
        }

        private bool Try(byte[] input)
        {
            progress.Input = input;
            progress.Inputs++;
            string? problem = ProblemWith(input, out bool accepted);
            if (problem is not null)
            {
                byte[] smaller = Shrink(input);
                string file = corpus.Keep(target.Name, smaller);
                throw new FuzzException(
                    $"{target}: {ProblemWith(smaller, out _)} {Describe(seed, smaller)}\n"
                    + $"It is kept as {file}: commit that file with the correction.");
            }
            if (accepted) progress.Accepted++;
            else progress.Refused++;
            return accepted;
        }

        /// <summary>The shortest found that still breaks a promise.</summary>
        private byte[] Shrink(byte[] input)
        {
            for (int piece = input.Length / 2; piece > 0; piece /= 2)
            {
                for (int at = 0; at + piece <= input.Length;)
                {
                    byte[] shorter = [.. input[..at], .. input[(at + piece)..]];
                    if (ProblemWith(shorter, out _) is not null) input = shorter;
                    else at += piece;
                }
            }
            return input;
        }

        private string? ProblemWith(byte[] input, out bool accepted)
        {
            accepted = false;
            byte[] before = [.. input];
            long bound = target.AllocatedBytes + target.AllocatedBytesPerByte * input.Length;
            try
            {
                long allocated = Measure(input, out accepted);
                // Once more before complaining: the first time, buffers that are kept and code that is made are
                // counted, too.
                if (!target.IsAsynchronous && allocated > bound && (allocated = Measure(input, out accepted)) > bound)
                    return $"{input.Length} bytes made it allocate {allocated}, and the bound is {bound}.";
                if (!input.AsSpan().SequenceEqual(before)) return "it changed its input.";
                if (target.Again is not null)
                {
                    byte[]? again = target.Again(input);
                    if (again is null != !accepted) return "it accepts and refuses the same input.";
                    if (again is not null && !again.AsSpan().SequenceEqual(input))
                        return $"it has the twin {Convert.ToHexStringLower(again)}.";
                }
                if (accepted && target.Normal is not null)
                {
                    byte[] normal = target.Normal(input);
                    if (!target.Accepts(normal))
                        return "what it was decoded to is encoded as something that is refused: "
                            + $"{Convert.ToHexStringLower(normal)}.";
                    if (!target.Normal(normal).AsSpan().SequenceEqual(normal))
                        return "what it was decoded to changes when it is encoded and decoded again: "
                            + $"{Convert.ToHexStringLower(normal)}.";
                }
                return null;
            }
            catch (Exception e)
            {
                return $"it threw {e}.";
            }
        }

        private long Measure(byte[] input, out bool accepted)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                accepted = target.Accepts(input);
            }
            catch (Exception e) when (target.Refusals.Contains(e.GetType()))
            {
                accepted = false;
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
