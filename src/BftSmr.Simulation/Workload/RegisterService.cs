using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using BftCloud.Primitives;
using BftSmr.Service;

namespace BftSmr.Simulation.Workload;

/// <summary>
/// The service that simulations replicate unless they are given another. It has a few registers, and a running hash
/// over every command ever executed, with its context. Each is a record of its own, but for a register that is 0. So a
/// command that is executed twice, out of order or in another context shows in the state for ever.
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
    private long _executed, _executedBefore, _lastTimeMicros;
    private int _touched; // a bit for each register
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

    public IStateChanges Freeze()
    {
        ChangeList changes = new();
        Span<byte> state = stackalloc byte[StateBytes];
        Save(state);
        for (int i = 0; i < StateBytes / 8; i++)
        {
            bool isTouched = i >= Registers ? _executed != _executedBefore : (_touched & 1 << i) != 0;
            if (!isTouched) continue;
            ReadOnlySpan<byte> value = state.Slice(8 * i, 8);
            if (value.ContainsAnyExcept((byte)0)) changes.Put([(byte)i], value.ToArray());
            else changes.Remove([(byte)i]);
        }
        Untouch();
        return changes;
    }

    public IStateLoader BeginLoad() => new Loader(this);

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
        _touched |= 1 << operation.Register;
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

    private void Untouch() => (_touched, _executedBefore) = (0, _executed);

    private sealed class Loader(RegisterService service) : IStateLoader
    {
        private readonly byte[] _state = new byte[StateBytes];

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => value.CopyTo(_state.AsSpan(8 * key[0]));

        public void Commit()
        {
            service.Load(_state);
            service.Untouch();
        }

        public void Dispose() { }
    }
}
