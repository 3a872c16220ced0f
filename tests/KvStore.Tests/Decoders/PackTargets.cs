using System.Buffers;
using System.Text;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using BftSmr;
using KvStore.Commands;
using KvStore.Operations;
using KvStore.State;
using KvStore.Tests.StateMachine;
using MessagePack;
using Microsoft.Extensions.Caching.Distributed;

namespace KvStore.Tests.Decoders;

/// <summary>Operations that clients send, records that others made, replies of another release.</summary>
internal static class PackTargets
{
    /// <summary>
    /// The buffers of a loader, and a state with its trees and a page of changes.
    /// </summary>
    private const long RecordsBytes = (256 << 10) + KvLimits.RecentPageBytes;

    /// <summary>
    /// A state; and the values that an operation of a few bytes may make of it, which are bounded by themselves.
    /// </summary>
    private const long OperationBytes = 4 * KvLimits.ReplyBytesMax;

    public static IEnumerable<FuzzTarget> All =>
    [
        new(
            "element", static random => Op.Bytes(Element(random, ElementFormat.DepthMax)),
            static bytes => IsElement(bytes))
        {
            Again = static bytes => IsElement(bytes) ? Op.Bytes(Objects(bytes)) : null,
            Rounds = 100,
        },
        new(
            "operation", static random => Operation(random),
            static bytes => Execute(bytes)) { AllocatedBytes = OperationBytes, Rounds = 10 },
        new("records", static random => Records(random), static bytes => Load(bytes) is not null)
        {
            Again = static bytes => Load(bytes),
            AllocatedBytes = RecordsBytes,
            AllocatedBytesPerByte = 400,
            Rounds = 4,
        },
        new(
            "reply to a client", static random => Reply(random),
            static bytes => AskAll(bytes))
        {
            Refusals = [typeof(KvException)], AllocatedBytes = 128 << 10, AllocatedBytesPerByte = 200, Rounds = 8,
        },
        new(
            "reply about changes", static random => Changes(random), static bytes => ChangePage.Read(bytes).IsLast)
        {
            Refusals = [typeof(KvException)], AllocatedBytes = 16 << 10, AllocatedBytesPerByte = 100,
        },
        new(
            "cache entry", static random => CacheEntry(random),
            static bytes => ReadCache(bytes)) { IsAsynchronous = true, Rounds = 10 },
        new(
            "integer text", static random => Text((random.NextInt64() >> random.Next(64)) * (random.Next(2) * 2 - 1)),
            static bytes => IntegerText.TryParse(bytes, out _))
        {
            Again = static bytes => IntegerText.TryParse(bytes, out long value) ? Text(value) : null,
            AllocatedBytesPerByte = 0,
        },
        new(
            "decimal text", static random => DecimalOf((decimal)random.NextInt64(-1_000_000, 1_000_000) / 64),
            static bytes => DecimalText.TryParse(bytes, out _))
        {
            Normal = static bytes => DecimalText.TryParse(bytes, out decimal value) ? DecimalOf(value) : [],
            AllocatedBytesPerByte = 0,
        },
    ];

    private static byte[] Text(long value)
    {
        Span<byte> text = stackalloc byte[IntegerText.LengthMax];
        return text[..IntegerText.Format(value, text)].ToArray();
    }

    private static byte[] DecimalOf(decimal value)
    {
        Span<byte> text = stackalloc byte[DecimalText.LengthMax];
        return text[..DecimalText.Format(value, text)].ToArray();
    }

    private static bool IsElement(byte[] bytes)
    {
        CanonicalReader reader = new(bytes);
        return reader.TryReadElement(out ReadOnlyMemory<byte> element)
            && reader.AtEnd
            && element.Length == bytes.Length;
    }

    private static object? Objects(byte[] bytes) => Op.Read(bytes);

    private static object? Element(Random random, int depth) => random.Next(depth > 0 ? 6 : 5) switch
    {
        0 => null,
        1 => true,
        2 => (random.NextInt64() >> random.Next(64)) * (random.Next(2) * 2 - 1),
        3 => new byte[random.Next(random.Next(8) == 0 ? 70_000 : 300)],
        4 => (KvErrorCode)random.Next(256),
        _ =>
            Enumerable.Range(
                0, random.Next(random.Next(8) == 0 ? 40 : 5)).Select(_ => Element(random, depth - 1)).ToArray(),
    };

    /// <summary>One that a state with a number at "a" carries out.</summary>
    private static byte[] Operation(Random random)
    {
        object?[][] commands =
        [
            Op.Nested(
                Opcode.Put, "k", "v", 0L), Op.Nested(Opcode.Get, "a"), Op.Nested(Opcode.GetEntry, "a"),
                Op.Nested(Opcode.Append, "a", "2"), Op.Nested(Opcode.Increment, "a", (long)random.Next()),
                Op.Nested(Opcode.Delete, "a", "b"),
        ];
        object?[] One() => commands[random.Next(commands.Length)];
        return Op.Bytes(random.Next(3) switch
        {
            0 => Op.Nested(Opcode.Pipeline, One(), One()),
            1 => Op.Nested(Opcode.Transaction, new object?[] { new object?[] { "a", "1" } }, One(), One()),
            _ => One(),
        });
    }

    /// <summary>
    /// Every operation gets one well-formed reply; true if it is no error. A query leaves the state as it is.
    /// </summary>
    private static bool Execute(byte[] operation)
    {
        TestMachine machine = new();
        machine.Execute(Opcode.Put, "a", "1", 0);
        Digest before = machine.Store.StateDigest();
        ArrayBufferWriter<byte> answer = new();
        machine.Store.Query(operation, TestMachine.AsOf(machine.NowMicros), answer);
        CanonicalReader reader = new(answer.WrittenMemory);
        if (!reader.TryReadElement(out _) || !reader.TryReadElement(out _) || !reader.AtEnd)
            throw new InvalidOperationException("The answer to a query is not well-formed.");
        if (machine.Store.StateDigest() != before) throw new InvalidOperationException("A query changed the state.");
        byte[] reply = machine.Execute(operation);
        if (!IsElement(reply) || reply.Length > KvLimits.ReplyBytesMax)
            throw new InvalidOperationException("The reply to an operation is not well-formed.");
        return reply[0] != MessagePackCode.FixExt1;
    }

    private static byte[] Records(Random random)
    {
        TestMachine machine = new();
        if (random.Next(2) == 0) machine.Execute(Opcode.RecordChanges, TestMachine.Second);
        for (int i = random.Next(200); i > 0; i--) machine.Execute(FuzzTests.RandomOperation(random));
        return machine.Snapshot();
    }

    /// <summary>
    /// The records of the state that these become; null if they are refused. A state that comes after either has
    /// nothing of them.
    /// </summary>
    private static byte[]? Load(byte[] bytes)
    {
        TestMachine machine = new();
        machine.Execute(Opcode.Put, "old", "state", 0);
        byte[] old = machine.Snapshot();
        Digest before = machine.Store.StateDigest();
        byte[]? again = null;
        try
        {
            machine.Install(bytes);
            if (machine.Freeze().Count > 0) throw new InvalidOperationException("What was just loaded is touched.");
            TestMachine copy = new();
            copy.Execute(Opcode.Put, "old", "state", 0);
            copy.Install(bytes);
            if (copy.Store.StateDigest() != machine.Store.StateDigest())
                throw new InvalidOperationException("The same records make two states.");
            again = machine.Records.WrittenAnew().ToBytes();
        }
        catch (InvalidDataException)
        {
        }
        machine.Install(old);
        if (machine.Store.StateDigest() != before)
            throw new InvalidOperationException("Something remained of records after others were loaded.");
        return again;
    }

    private static byte[] Reply(Random random)
    {
        object? value = Encoding.Latin1.GetString(Op.Bytes((long)random.Next()));
        return Op.Bytes(random.Next(8) switch
        {
            0 => null,
            1 => true,
            2 => (long)random.Next(-3, 70),
            3 => value,
            4 => new object?[]
            {
                value, (long)random.Next(),
                random.Next(2) == 0 ? null : random.NextInt64(KvLimits.ExpiryMicrosMax),
            },
            5 => new object?[] { null, value, value, value, value },
            6 => new object?[] { null, true, 5L, value, KvErrorCode.WrongType },
            _ => KvErrorCode.WrongType,
        });
    }

    /// <summary>Puts the same reply to every method of a client; true if one of them understands it.</summary>
    private static bool AskAll(byte[] reply)
    {
        KvClient client = new(new Echo(reply), TimeProvider.System);
        Func<Task>[] methods =
        [
            () =>
                client.GetAsync("k"), () => client.GetVersionedAsync("k"), () => client.ExistsAsync("k"),
                () => client.PutAsync("k", "v"), () => client.DeleteAsync("k"), () => client.DeleteAsync(["k", "l"]),
            () =>
                client.CompareAndSetAsync("k", KvExpectation.Absent, "v"), () => client.IncrementAsync("k"),
                () => client.AppendAsync("k", "v"), () => client.ExpireAsync("k", TimeSpan.FromSeconds(1)),
            () =>
                client.PersistAsync("k"), () => client.CountAsync(),
                () => client.ListAsync(withValues: true).FirstOrDefaultAsync().AsTask(),
                () => client.ListAsync().FirstOrDefaultAsync().AsTask(),
                () => client.ExecuteAsync(new KvBatch().Get("k")),
        ];
        int understood = 0;
        foreach (Func<Task> method in methods)
        {
            try
            {
                method().GetAwaiter().GetResult();
                understood++;
            }
            catch (KvException e)
            {
                if (e.Code != KvErrorCode.Malformed) understood++;
            }
        }
        return understood > 0;
    }

    private static byte[] Changes(Random random)
    {
        TestMachine machine = new();
        machine.Execute(Opcode.RecordChanges, TestMachine.Second);
        for (int i = random.Next(20); i > 0; i--) machine.Execute(Opcode.Put, "k", $"{i}", 0);
        return machine.Execute(Op.Of(Opcode.Changes, 0, 100, 1, ""));
    }

    private static byte[] CacheEntry(Random random)
    {
        LocalService service = new(new ManualTime());
        DistributedCacheEntryOptions options = random.Next(3) switch
        {
            0 => new() { SlidingExpiration = TimeSpan.FromSeconds(random.Next(1, 1 << 30)) },
            1 => new()
            {
                SlidingExpiration = TimeSpan.FromSeconds(random.Next(1, 1 << 30)),
                AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(random.Next(1, 1 << 30)),
            },
            _ => new(),
        };
        KvClient client = new(service, new ManualTime());
        new KvDistributedCache(client, clock: new ManualTime()).Set("k", new byte[random.Next(10)], options);
        return client.GetAsync(
            new KvDistributedCacheOptions().KeyPrefix + "k").GetAwaiter().GetResult()!.Value.ToArray();
    }

    /// <summary>What an application finds in its cache if this stands there.</summary>
    private static bool ReadCache(byte[] held)
    {
        KvClient client = new(new LocalService(new ManualTime()), new ManualTime());
        if (!client.PutAsync(new KvDistributedCacheOptions().KeyPrefix + "k", held).GetAwaiter().GetResult())
            return false;
        KvDistributedCache cache = new(client, clock: new ManualTime());
        cache.Refresh("k");
        return cache.Get("k") is not null;
    }

    /// <summary>Answers everything alike.</summary>
    private sealed class Echo(byte[] reply) : IReplicatedService
    {
        public Task<ReadOnlyMemory<byte>> InvokeAsync(
            ReadOnlyMemory<byte> operation,
            CancellationToken cancellationToken) => Task.FromResult<ReadOnlyMemory<byte>>(reply);

        public Task<ReadOnlyMemory<byte>> QueryAsync(
            ReadOnlyMemory<byte> operation, CancellationToken cancellationToken) =>
            Task.FromResult<ReadOnlyMemory<byte>>((byte[])[MessagePackCode.Nil, .. reply]);
    }
}
