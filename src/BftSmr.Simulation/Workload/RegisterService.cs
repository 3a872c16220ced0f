using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using BftCloud.Primitives;

namespace BftSmr.Simulation.Workload;

/// <summary>
/// The service that simulations replicate unless they are given another. It has a few registers, and a running hash
/// over every command ever executed, with its context. So a command that is executed twice, out of order or in another
/// context shows in the state for ever.
/// </summary>
internal sealed class RegisterService : IStateMachine
{
    /// <summary>All registers.</summary>
    public const int Registers = 8;

    /// <summary>
    /// Those that correct clients use; Byzantine clients have the others, as no history tells what they asked when.
    /// </summary>
    public const int CorrectRegisters = 6;

    private const int StateBytes = 8 * (Registers + 3);

    private readonly long[] _registers = new long[Registers];
    private long _executed, _lastTimeMicros;
    private ulong _history;

    public void Execute(CommandBatch batch)
    {
        ReadOnlySpan<Command> commands = batch.Commands.Span;
        if (batch.AgreedTimeMicros < _lastTimeMicros) throw new InvalidOperationException("Agreed time went back.");
        _lastTimeMicros = batch.AgreedTimeMicros;
        Mix((ulong)batch.Instance.Value);
        Mix((ulong)batch.AgreedTimeMicros);
        Mix(batch.Seed);
        for (int i = 0; i < commands.Length; i++) Execute(batch, i, commands[i]);
    }

    public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
    {
        RegisterOperation operation = RegisterOperation.Decode(query);
        Answer(reply, _registers[operation.Register], operation.ReplyPadding);
    }

    public Digest StateDigest()
    {
        Span<byte> state = stackalloc byte[StateBytes];
        Save(state);
        return Blake2b.Hash(state);
    }

    public ISnapshotReader Freeze()
    {
        byte[] state = new byte[StateBytes];
        Save(state);
        return new Reader(state);
    }

    public ISnapshotWriter BeginInstall() => new Writer(this);

    /// <summary>The value in a reply.</summary>
    public static long AnswerIn(ReadOnlySpan<byte> reply) => BinaryPrimitives.ReadInt64LittleEndian(reply);

    private void Execute(CommandBatch batch, int index, in Command command)
    {
        Mix((ulong)command.Session.Client.Value);
        Mix(command.Session.Nonce);
        Mix(command.Sequence);
        _executed++;
        if (command.Operation.Length != RegisterOperation.SizeBytes || command.Operation.Span[1] >= Registers)
        {
            batch.Fail(index, "not a register operation"); // what a Byzantine client may well send
            return;
        }
        RegisterOperation operation = RegisterOperation.Decode(command.Operation.Span);
        ref long register = ref _registers[operation.Register];
        (register, long answer) = operation.ApplyTo(register);
        Answer(batch.ReplyTo(index), answer, operation.ReplyPadding);
    }

    private static void Answer(IBufferWriter<byte> reply, long answer, int padding)
    {
        Span<byte> bytes = reply.GetSpan(8 + padding)[..(8 + padding)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, answer);
        bytes[8..].Clear();
        reply.Advance(bytes.Length);
    }

    private void Mix(ulong word) => _history = (BitOperations.RotateLeft(_history, 23) ^ word) * 0x9FB21C651E98DF25 + 1;

    private void Save(Span<byte> state)
    {
        for (int i = 0; i < Registers; i++) BinaryPrimitives.WriteInt64LittleEndian(state[(8 * i)..], _registers[i]);
        BinaryPrimitives.WriteInt64LittleEndian(state[(8 * Registers)..], _executed);
        BinaryPrimitives.WriteInt64LittleEndian(state[(8 * Registers + 8)..], _lastTimeMicros);
        BinaryPrimitives.WriteUInt64LittleEndian(state[(8 * Registers + 16)..], _history);
    }

    private void Load(ReadOnlySpan<byte> state)
    {
        for (int i = 0; i < Registers; i++) _registers[i] = BinaryPrimitives.ReadInt64LittleEndian(state[(8 * i)..]);
        _executed = BinaryPrimitives.ReadInt64LittleEndian(state[(8 * Registers)..]);
        _lastTimeMicros = BinaryPrimitives.ReadInt64LittleEndian(state[(8 * Registers + 8)..]);
        _history = BinaryPrimitives.ReadUInt64LittleEndian(state[(8 * Registers + 16)..]);
    }

    private sealed class Reader(ReadOnlyMemory<byte> rest) : ISnapshotReader
    {
        public int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, rest.Length);
            rest.Span[..count].CopyTo(buffer);
            rest = rest[count..];
            return count;
        }

        public void Dispose() { }
    }

    private sealed class Writer(RegisterService service) : ISnapshotWriter
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
        public void Commit() => service.Load(_bytes.WrittenSpan);
        public void Dispose() { }
    }
}
