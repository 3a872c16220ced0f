using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore;

/// <summary>
/// Conditions and commands that are carried out as one: if all conditions hold, all commands, in order, and nothing in
/// between. Not safe for use by several threads at a time. A command that the store refuses - an increment of what is
/// no number - fails alone.
/// </summary>
public sealed class KvBatch
{
    private readonly ByteBuffer _conditions = new(256);
    private readonly ByteBuffer _commands = new(1024);

    /// <summary>How many conditions it has.</summary>
    public int ConditionCount { get; private set; }

    /// <summary>How many commands it has.</summary>
    public int CommandCount { get; private set; }

    /// <summary>Adds a condition.</summary>
    public KvBatch Require(KvBytes key, KvExpectation expectation)
    {
        if (ConditionCount == KvLimits.ConditionsMax)
            throw new InvalidOperationException($"A batch has at most {KvLimits.ConditionsMax} conditions.");
        ConditionCount++;
        _conditions.WriteArray(2);
        _conditions.WriteBinary(key.Span);
        expectation.Write(_conditions);
        return this;
    }

    /// <summary>Gets a value; replies with it.</summary>
    public KvBatch Get(KvBytes key)
    {
        Add().Write(Opcode.Get, key.Span);
        return this;
    }

    /// <summary>Puts a value; replies with whether it did.</summary>
    public KvBatch Put(KvBytes key, KvBytes value, KvPutOptions? options = null)
    {
        (WriteFlags flags, long micros) = KvClient.FlagsOf(options);
        Add().WritePut(key.Span, value.Span, flags, micros);
        return this;
    }

    /// <summary>Deletes a key; replies with how many there were.</summary>
    public KvBatch Delete(KvBytes key)
    {
        Add().Write(Opcode.Delete, key.Span);
        return this;
    }

    /// <summary>Adds to a counter; replies with the sum.</summary>
    public KvBatch Increment(KvBytes key, long delta = 1)
    {
        Add().Write(Opcode.Increment, key.Span, delta);
        return this;
    }

    /// <summary>Appends to a value; replies with its length.</summary>
    public KvBatch Append(KvBytes key, KvBytes suffix)
    {
        Add().Write(Opcode.Append, key.Span, suffix.Span);
        return this;
    }

    /// <summary>Lets a key expire; replies with 1, or 0 if there is no such key.</summary>
    public KvBatch Expire(KvBytes key, TimeSpan timeToLive)
    {
        Add().WriteExpire(Opcode.Expire, key.Span, WriteFlags.ExpiresIn, KvClient.MicrosOf(timeToLive));
        return this;
    }

    internal ReadOnlyMemory<byte> ToOperation()
    {
        ByteBuffer operation = new(_conditions.Length + _commands.Length + 32);
        operation.Begin(Opcode.Transaction, 1 + CommandCount);
        operation.WriteArray(ConditionCount);
        operation.WriteElements(_conditions.Written);
        operation.WriteElements(_commands.Written);
        return operation.WrittenMemory;
    }

    private ByteBuffer Add()
    {
        if (CommandCount == KvLimits.CommandsMax)
            throw new InvalidOperationException($"A batch has at most {KvLimits.CommandsMax} commands.");
        CommandCount++;
        return _commands;
    }
}
