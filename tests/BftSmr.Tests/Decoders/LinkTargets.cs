using System.Buffers.Binary;
using BftCloud.Links;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;

namespace BftSmr.Tests.Decoders;

/// <summary>
/// What comes over a connection before, and instead of, frames: hellos, handshakes, sealed records, lengths.
/// </summary>
internal static class LinkTargets
{
    private const int FrameBytesMax = 2048;
    private const int IdBytes = 4;

    private static readonly AgreementKey InitiatorKey = Key(1), ResponderKey = Key(2);
    private static readonly byte[] RecordKey = Secret(5);
    private static readonly Hello Ours = new(
        LinkPort.Peers, Blake2b.Hash("cluster"u8), Blake2b.Hash("configuration"u8));
    private static readonly byte[] Prologue = HelloBytes();
    private static readonly byte[] First = FirstMessage(), Second = SecondMessage();
    private static readonly int[] RecordLengths = [1, 0, 300, 5000, 17];
    private static readonly byte[] Plaintext =
        [.. Enumerable.Range(0, RecordLengths.Sum()).Select(static i => (byte)(i * 7))];

    public static IEnumerable<FuzzTarget> All =>
    [
        new(
            "hello", static _ => [.. Prologue], static bytes => Greet(bytes)) { Refusals = [typeof(LinkException)],
            AllocatedBytes = 16 << 10 },
        new("first handshake message", static _ => [.. First], static bytes => ReadFirst(bytes))
        {
            Again = static bytes => ReadFirst(bytes) ? First : null,
            AllocatedBytes = 8 << 10,
            Rounds = 4,
        },
        new("second handshake message", static _ => [.. Second], static bytes => ReadSecond(bytes))
        {
            Again = static bytes => ReadSecond(bytes) ? Second : null,
            AllocatedBytes = 8 << 10,
            Rounds = 4,
        },
        RecordStream("record stream", CipherSuites.ChaCha20Poly1305),
        RecordStream("record stream of AEGIS-128L", CipherSuites.Aegis128L),
        new(
            "frame stream", static random => Frames(random),
            static bytes => Assemble(bytes)) { AllocatedBytes = 2 * FrameBytesMax + 1024 },
    ];

    private static bool Greet(byte[] bytes)
    {
        Span<byte> hello = stackalloc byte[Hello.Size]; // exactly so many are read
        bytes.AsSpan(0, Math.Min(bytes.Length, hello.Length)).CopyTo(hello);
        Hello.CheckVersion(hello);
        Ours.Check(hello);
        Hello.CheckAccepted(hello);
        return bytes.Length == Hello.Size;
    }

    private static bool ReadFirst(byte[] bytes)
    {
        if (bytes.Length != First.Length) return false; // exactly so many are read
        using NoiseHandshake handshake = NoiseHandshake.Respond(ResponderKey, Prologue, Key(4));
        Span<byte> id = stackalloc byte[IdBytes];
        return handshake.TryReadFirst(bytes, id);
    }

    private static bool ReadSecond(byte[] bytes)
    {
        if (bytes.Length != Second.Length) return false;
        using NoiseHandshake handshake =
            NoiseHandshake.Initiate(InitiatorKey, ResponderKey.PublicBytes, Prologue, Key(3));
        byte[] first = new byte[First.Length];
        return handshake.TryWriteFirst(new byte[IdBytes], first) && handshake.TryReadSecond(bytes, default);
    }

    /// <summary>The bytes that open are those that were sealed, from their beginning on.</summary>
    private static bool ReadRecords(byte[] bytes, CipherSuites suite)
    {
        using RecordReader reader = new(new NoiseCipher(RecordKey, suite));
        int opened = 0;
        for (int at = 0; at < bytes.Length && !reader.IsCorrupt;)
        {
            Memory<byte> room = reader.Room();
            int count = Math.Min(Math.Min(room.Length, 700), bytes.Length - at);
            bytes.AsMemory(at, count).CopyTo(room);
            reader.Advance(count);
            at += count;
            while (reader.TryRead(out ReadOnlyMemory<byte> plaintext))
            {
                if (opened + plaintext.Length > Plaintext.Length
                    || !plaintext.Span.SequenceEqual(Plaintext.AsSpan(opened, plaintext.Length)))
                    throw new InvalidOperationException("A record was opened that was not sealed.");
                opened += plaintext.Length;
            }
        }
        return !reader.IsCorrupt && opened == Plaintext.Length;
    }

    /// <summary>A frame that comes out is as long as its length says; no more memory is held than the budget.</summary>
    private static bool Assemble(byte[] bytes)
    {
        RemoteBudget budget = new(FrameBytesMax);
        FrameAssembler assembler = new(FrameBytesMax, budget);
        int at = 0, end = 0, frames = 0;
        while (end < bytes.Length && assembler.Fault is null)
        {
            int count = Math.Min(1 + bytes[end] * 3, bytes.Length - end);
            ReadOnlyMemory<byte> piece = bytes.AsMemory(end, count);
            end += count;
            while (assembler.TryRead(ref piece, out ReadOnlyMemory<byte> frame))
            {
                frames++;
                if (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)) != frame.Length
                    || !bytes.AsSpan(at + FrameAssembler.LengthBytes, frame.Length).SequenceEqual(frame.Span))
                    throw new InvalidOperationException("A frame came out that did not go in.");
                at += FrameAssembler.LengthBytes + frame.Length;
            }
        }
        assembler.Abandon();
        if (!budget.TryReserve(FrameBytesMax))
            throw new InvalidOperationException("What was reserved was not given back.");
        return assembler.Fault is null && frames > 0;
    }

    private static byte[] Frames(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ =>
        {
            byte[] frame = new byte[random.Next(random.Next(2) == 0 ? 20 : FrameBytesMax)];
            random.NextBytes(frame);
            return (byte[])[.. BitConverter.GetBytes(frame.Length), .. frame];
        }),
    ];

    /// <summary>The receive buffer, and one of the largest size, which is borrowed, bound what is allocated.</summary>
    private static FuzzTarget RecordStream(string name, CipherSuites suite)
    {
        byte[] records = SealedRecords(suite);
        return new FuzzTarget(name, _ => [.. records], bytes => ReadRecords(bytes, suite))
        {
            AllocatedBytes = 256 << 10,
        };
    }

    private static byte[] SealedRecords(CipherSuites suite)
    {
        using NoiseCipher cipher = new(RecordKey, suite);
        List<byte> sealedRecords = [];
        int at = 0;
        foreach (int length in RecordLengths)
        {
            byte[] record = new byte[SecureLink.LengthBytes + length + cipher.TagBytes];
            BinaryPrimitives.WriteUInt16BigEndian(record, (ushort)(length + cipher.TagBytes));
            Plaintext.AsSpan(at, length).CopyTo(record.AsSpan(SecureLink.LengthBytes));
            at += length;
            cipher.Seal(record.AsSpan(SecureLink.LengthBytes));
            sealedRecords.AddRange(record);
        }
        return [.. sealedRecords];
    }

    private static byte[] FirstMessage()
    {
        using NoiseHandshake handshake =
            NoiseHandshake.Initiate(InitiatorKey, ResponderKey.PublicBytes, Prologue, Key(3));
        byte[] message = new byte[NoiseHandshake.FirstOverheadBytes + IdBytes];
        Assert.True(handshake.TryWriteFirst(new byte[IdBytes], message));
        return message;
    }

    private static byte[] SecondMessage()
    {
        using NoiseHandshake handshake = NoiseHandshake.Respond(ResponderKey, Prologue, Key(4));
        Assert.True(handshake.TryReadFirst(First, new byte[IdBytes]));
        byte[] message = new byte[NoiseHandshake.SecondOverheadBytes];
        Assert.True(handshake.TryWriteSecond(default, message));
        return message;
    }

    private static byte[] HelloBytes()
    {
        byte[] hello = new byte[Hello.Size];
        Ours.Write(hello);
        return hello;
    }

    private static byte[] Secret(byte number) => [.. Enumerable.Repeat(number, NoiseCipher.KeyBytes)];

    private static AgreementKey Key(byte number) => AgreementKey.FromSecret(Secret(number));
}
