using BftCloud.Primitives;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway;

/// <summary>A command that waits until one of its keys has what it takes.</summary>
/// <param name="Name">Its name, in lower case.</param>
/// <param name="Keys">The keys, the preferred first.</param>
/// <param name="Count">The store's command that counts what a key holds; an error if it holds another type.</param>
internal sealed record BlockingCommand(string Name, byte[][] Keys, Opcode Count)
{
    /// <summary>
    /// Writes the store's command that takes from the first of these keys that has something. Its reply is nil if none
    /// has.
    /// </summary>
    public required Action<ByteBuffer, ReadOnlySpan<byte[]>> WriteTake { get; init; }

    /// <summary>What its keys take in an operation, bytes.</summary>
    public long Bytes => Keys.Sum(static key => (long)key.Length + CanonicalFormat.HeaderBytesMax);

    /// <summary>Writes the reply, unless it is nil.</summary>
    public required RespFormat Format { get; init; }

    /// <summary>Writes the reply where nothing is there, and the command does not wait.</summary>
    public Action<RespWriter> NothingAtOnce { get; init; } = static output => output.NullArray();

    /// <summary>How many elements it takes at most.</summary>
    public long TakesMax { get; init; } = 1;

    /// <summary>
    /// It ends with an error where its source has an element, but another key that it needs holds another type.
    /// </summary>
    public bool HasDestination { get; init; }

    /// <summary>So many arguments, from the first, as keys.</summary>
    public static byte[][] KeysOf(RespArguments arguments, int first, int count)
    {
        byte[][] keys = new byte[count][];
        for (int i = 0; i < count; i++) keys[i] = arguments[first + i].ToArray();
        return keys;
    }
}
