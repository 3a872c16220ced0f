using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using BftCloud.Primitives;
using BftSmr.Service;

namespace BftSmr.Simulation.Workload;

/// <summary>
/// The service that simulations replicate unless they are given another. It has a few registers, and a running hash
/// over every command ever executed, with its context. Each is a record of its own, but for a register that is 0. So a
/// command that is executed twice, out of order or in another context shows in the state for ever. Besides it has a
/// trail: what the hash was in the last few instances. Its records are removed, alone and all at once.
/// </summary>
internal sealed class RegisterService : IStateMachine, IRottingService
{
    /// <summary>All registers.</summary>
    public const int Registers = 8;

    /// <summary>
    /// Those that correct clients use; Byzantine clients have the others, as no history tells what they asked when.
    /// </summary>
    public const int CorrectRegisters = 6;

    /// <summary>Records but those of the trail.</summary>
    private const int Lasting = Registers + 3;

    private const int TrailMax = 16;

    private const int StateBytes = 8 * (Lasting + TrailMax);

    /// <summary>The first byte of the keys of the trail's records; their place follows.</summary>
    private const byte TrailTag = 0x40;

    private readonly long[] _registers = new long[Registers];
    private readonly ulong[] _trail = new ulong[TrailMax];
    private long _executed, _executedBefore, _lastTimeMicros;
    private int _touched, _trailTouched; // a bit for each
    private bool _isTrailRemoved;
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
        Trail((int)(batch.Instance.Value % TrailMax));
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
        byte[] state = new byte[StateBytes];
        Save(state);
        RegisterChanges changes = new(state);
        for (int i = 0; i < Lasting; i++)
        {
            if (i >= Registers ? _executed != _executedBefore : (_touched & 1 << i) != 0) changes.Add([(byte)i], i);
        }
        if (_isTrailRemoved) changes.RemoveAll([TrailTag]);
        for (int i = 0; i < TrailMax; i++)
        {
            if ((_trailTouched & 1 << i) != 0) changes.Add([TrailTag, (byte)i], Lasting + i);
        }
        Untouch();
        return changes;
    }

    public IStateLoader BeginLoad() => new Loader(this);

    /// <summary>A bit turns of the first register from a place on that has a record.</summary>
    public bool TryRot(int place)
    {
        for (int i = 0; i < Registers; i++)
        {
            ref long register = ref _registers[(place + i) % Registers];
            if (register is 0 or 1 << 20) continue;
            register ^= 1 << 20;
            return true;
        }
        return false;
    }

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

    /// <summary>Marks a place; from the first one on all others are unmarked, and one in the middle again.</summary>
    private void Trail(int place)
    {
        if (place == 0)
        {
            Array.Clear(_trail);
            (_trailTouched, _isTrailRemoved) = (0, true);
        }
        _trail[place] = _history | 1;
        _trailTouched |= 1 << place;
        if (place != TrailMax / 2) return;
        _trail[place / 2] = 0;
        _trailTouched |= 1 << (place / 2);
    }

    private void Save(Span<byte> state)
    {
        for (int i = 0; i < Registers; i++) BinaryPrimitives.WriteInt64LittleEndian(state[(8 * i)..], _registers[i]);
        BinaryPrimitives.WriteInt64LittleEndian(state[(8 * Registers)..], _executed);
        BinaryPrimitives.WriteInt64LittleEndian(state[(8 * Registers + 8)..], _lastTimeMicros);
        BinaryPrimitives.WriteUInt64LittleEndian(state[(8 * Registers + 16)..], _history);
        for (int i = 0; i < TrailMax; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(state[(8 * (Lasting + i))..], _trail[i]);
    }

    private void Load(ReadOnlySpan<byte> state)
    {
        for (int i = 0; i < Registers; i++) _registers[i] = BinaryPrimitives.ReadInt64LittleEndian(state[(8 * i)..]);
        _executed = BinaryPrimitives.ReadInt64LittleEndian(state[(8 * Registers)..]);
        _lastTimeMicros = BinaryPrimitives.ReadInt64LittleEndian(state[(8 * Registers + 8)..]);
        _history = BinaryPrimitives.ReadUInt64LittleEndian(state[(8 * Registers + 16)..]);
        for (int i = 0; i < TrailMax; i++)
            _trail[i] = BinaryPrimitives.ReadUInt64LittleEndian(state[(8 * (Lasting + i))..]);
    }

    private void Untouch() =>
        (_touched, _trailTouched, _isTrailRemoved, _executedBefore) = (0, 0, false, _executed);

    /// <summary>Which word of the state a record is.</summary>
    private static int WordOf(ReadOnlySpan<byte> key) => key[0] == TrailTag ? Lasting + key[1] : key[0];

    /// <summary>What was touched, and the state itself.</summary>
    private sealed class RegisterChanges(byte[] state) : IStateChanges
    {
        private readonly ChangeList _changes = new();

        public void Add(byte[] key, int word)
        {
            if (state.AsSpan(8 * word, 8).ContainsAnyExcept((byte)0)) _changes.Put(key, state.AsMemory(8 * word, 8));
            else _changes.Remove(key);
        }

        public void RemoveAll(byte[] prefix) => _changes.RemoveAll(prefix);

        public bool TryRead(out StateChange change) => _changes.TryRead(out change);

        public bool Has(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            state.AsSpan(8 * WordOf(key), 8).SequenceEqual(value);

        public void Dispose() { }
    }

    private sealed class Loader(RegisterService service) : IStateLoader
    {
        private readonly byte[] _state = new byte[StateBytes];

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => 
            value.CopyTo(_state.AsSpan(8 * WordOf(key)));

        public void Commit()
        {
            service.Load(_state);
            service.Untouch();
        }

        public void Dispose() { }
    }
}
