using System.Buffers;
using System.Text;
using BftCloud.Primitives;

namespace BftSmr.Tests.Hosting;

/// <summary>
/// A list of words: a command appends one and answers how many there are, a query answers the last one.
/// </summary>
internal sealed class RegisterService : StateMachine
{
    private readonly List<string> _words = [];

    public int Count => _words.Count;

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
        string word = Encoding.UTF8.GetString(command.Operation.Span);
        if (word == "refuse") throw new OperationRefusedException("refused");
        _words.Add(word);
        reply.Write(Encoding.UTF8.GetBytes(_words.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        reply.Write(Encoding.UTF8.GetBytes(_words.LastOrDefault() ?? ""));

    protected override void Save(IBufferWriter<byte> snapshot) =>
        snapshot.Write(Encoding.UTF8.GetBytes(string.Join('\n', _words)));

    protected override void Load(ReadOnlySpan<byte> snapshot)
    {
        _words.Clear();
        if (!snapshot.IsEmpty) _words.AddRange(Encoding.UTF8.GetString(snapshot).Split('\n'));
    }

    /// <summary>The digest that a replica shows when it has these words.</summary>
    public static Digest DigestOf(IEnumerable<string> words) =>
        Blake2b.Hash(Encoding.UTF8.GetBytes(string.Join('\n', words)));
}
