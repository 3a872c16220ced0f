using System.Diagnostics;
using System.Runtime.InteropServices;
using DepSky.Coding;

namespace DepSky.Bench;

/// <summary>
/// Encoding and the worst decoding (as many data blocks lost as there are coding blocks) on one core, each instruction
/// set and ISA-L in turn within every round, so that all meet the same noise. Printed: the median over rounds, in GB of
/// data per second.
/// </summary>
internal sealed unsafe class CodingComparison(
    int rounds, double secondsPerTurn, int[] blockSizes, TextWriter output)
{
    private static readonly (int Data, int Coding)[] Codes = [(2, 2), (3, 4), (4, 2), (8, 3), (10, 4), (12, 4)];

    public void Run()
    {
        IEnumerable<string> contenders = CodingKernel.Supported.Select(k => k.Name);
        if (IsaL.IsThere) contenders = contenders.Append("ISA-L");
        string names = string.Join(' ', contenders.Select(c => $"{c,9}"));
        output.WriteLine(
            $"GB/s of data, one core; fastest supported here: {ReedSolomon.InstructionSet}; median of {rounds} rounds");
        output.WriteLine($"{"code",-6} {"block KiB",9} {"work",-7} {names}");
        foreach ((int data, int coding) in Codes)
        {
            foreach (int blockBytes in blockSizes)
            {
                Measure(data, coding, blockBytes, decode: false);
                Measure(data, coding, blockBytes, decode: true);
            }
        }
    }

    private void Measure(int k, int m, int blockBytes, bool decode)
    {
        // Decoding: the first blocks are lost, as many as can be.
        int lost = decode ? Math.Min(k, m) : 0;
        int[] present = [.. Enumerable.Range(lost, k)];
        int[] wanted = decode ? [.. Enumerable.Range(0, lost)] : [.. Enumerable.Range(k, m)];
        ReadOnlyMemory<byte>[] inputs = [.. present.Select(i => (ReadOnlyMemory<byte>)Block(blockBytes, i))];
        Memory<byte>[] outputs = [.. wanted.Select(i => Block(blockBytes, 0))];
        List<Action> turns = [];
        foreach (CodingKernel kernel in CodingKernel.Supported)
        {
            ReedSolomon code = new(k, k + m, kernel);
            turns.Add(decode
                ? () => code.Reconstruct(present, inputs, wanted, outputs)
                : () => code.Encode(inputs, outputs));
        }
        if (IsaL.IsThere) turns.Add(IsaLTurn(k, m, blockBytes, present, wanted, inputs, outputs));

        double[][] speeds = [.. turns.Select(_ => new double[rounds])];
        foreach (Action turn in turns) Speed(turn, (long)k * blockBytes);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < turns.Count; i++) speeds[i][round] = Speed(turns[i], (long)k * blockBytes);
        }
        string medians = string.Join(' ', speeds.Select(s => $"{Median(s),9:F2}"));
        output.WriteLine($"{$"{k}+{m}",-6} {blockBytes / 1024,9} {(decode ? "decode" : "encode"),-7} {medians}");
    }

    /// <summary>The same matrix, so the same bytes: that is checked before anything is measured.</summary>
    private static Action IsaLTurn(
        int k, int m, int blockBytes, int[] present, int[] wanted,
        ReadOnlyMemory<byte>[] inputs, Memory<byte>[] outputs)
    {
        byte[] generator = CodingMatrix.Generator(k, k + m);
        byte[] inverse = [.. present.SelectMany(i => generator.AsSpan(i * k, k).ToArray())];
        CodingMatrix.TryInvert(inverse, k);
        byte[] rows = new byte[wanted.Length * k];
        for (int i = 0; i < wanted.Length; i++)
            CodingMatrix.MultiplyRow(generator.AsSpan(wanted[i] * k, k), inverse, rows.AsSpan(i * k, k));
        byte[] tables = IsaL.Tables(rows, k);
        nint[] inputPointers = [.. inputs.Select(i => (nint)i.Pin().Pointer)];
        nint[] outputPointers = [.. outputs.Select(o => (nint)o.Pin().Pointer)];
        void Turn()
        {
            fixed (nint* data = inputPointers, coding = outputPointers)
                IsaL.Encode(blockBytes, k, wanted.Length, tables, (byte**)data, (byte**)coding);
        }
        Turn();
        byte[][] theirs = [.. outputs.Select(o => o.ToArray())];
        new ReedSolomon(k, k + m).Reconstruct(present, inputs, wanted, outputs);
        for (int i = 0; i < theirs.Length; i++)
        {
            if (!outputs[i].Span.SequenceEqual(theirs[i]))
                throw new InvalidOperationException($"ISA-L computes another block {wanted[i]} with {k}+{m}.");
        }
        return Turn;
    }

    private double Speed(Action turn, long bytes)
    {
        long ticks = (long)(secondsPerTurn * Stopwatch.Frequency), start = Stopwatch.GetTimestamp(), now;
        long count = 0;
        do
        {
            turn();
            count++;
            now = Stopwatch.GetTimestamp();
        }
        while (now - start < ticks);
        return count * bytes / ((now - start) / (double)Stopwatch.Frequency) / 1e9;
    }

    /// <summary>Memory that never moves, as the client's is.</summary>
    private static Memory<byte> Block(int length, int seed)
    {
        byte[] block = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        new Random(seed).NextBytes(block);
        return MemoryMarshal.CreateFromPinnedArray(block, 0, length);
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
