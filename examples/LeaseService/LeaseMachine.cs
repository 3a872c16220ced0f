using System.Buffers;
using System.Globalization;
using System.Text;
using BftSmr;

namespace LeaseService;

/// <summary>
/// The table as every replica runs it. Operations, replies and snapshots are words: <c>acquire NAME HOLDER MICROS</c>,
/// <c>renew NAME TOKEN MICROS</c>, <c>release NAME TOKEN</c>, and the query <c>holder NAME</c>.
/// </summary>
internal sealed class LeaseMachine : StateMachine
{
    private const int WordCharactersMax = 64;

    private LeaseTable _table = new();

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
        int client = command.Session.Client.Value;
        long now = batch.AgreedTimeMicros;
        switch (Words(command.Operation.Span))
        {
            case ["acquire", string name, string holder, string duration]:
                (Lease? lease, int place) = _table.Acquire(name, client, holder, Number(duration), now);
                if (lease is null) Write(reply, $"{place}");
                else Write(reply, $"{lease}");
                break;
            case ["renew", string name, string token, string duration]:
                Write(reply, $"{_table.Renew(name, client, Number(token), Number(duration), now)}");
                break;
            case ["release", string name, string token]:
                _table.Release(name, client, Number(token), now);
                Write(reply, $"{now}");
                break;
            default:
                throw new OperationRefusedException("This is no command of the service. Use the LeaseClient.");
        }
    }

    /// <summary>As of the last batch: the agreed time stands still until something else is ordered.</summary>
    protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
    {
        if (Words(query) is not ["holder", string name])
            throw new OperationRefusedException("This is no query of the service. Use the LeaseClient.");
        Write(reply, $"{_table.HolderOf(name, context.AgreedTimeMicros)}");
    }

    protected override void Save(IBufferWriter<byte> snapshot)
    {
        Write(snapshot, $"last {_table.LastToken}\n");
        foreach ((string name, Lease? held, IReadOnlyList<Waiter> line) in _table.Names)
        {
            if (held is null) Write(snapshot, $"free {name}");
            else Write(snapshot, $"held {name} {held}");
            foreach (Waiter waiter in line)
                Write(snapshot, $" {waiter.Client} {waiter.Holder} {waiter.LeavesMicros}");
            Write(snapshot, $"\n");
        }
    }

    protected override void Load(ReadOnlySpan<byte> snapshot)
    {
        _table = new LeaseTable();
        foreach (string text in Encoding.UTF8.GetString(snapshot).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = text.Split(' ');
            if (words[0] == "last") _table.LastToken = Number(words[1]);
            else if (words[0] == "held") _table.Restore(words[1], Lease.Parse(words.AsSpan(2)), Line(words[7..]));
            else _table.Restore(words[1], null, Line(words[2..]));
        }
    }

    private static IEnumerable<Waiter> Line(string[] words) =>
        words.Chunk(3).Select(static w => new Waiter((int)Number(w[0]), w[1], Number(w[2])));

    /// <summary>A client may have sent anything: words of letters, digits and hyphens are taken.</summary>
    private static string[] Words(ReadOnlySpan<byte> bytes)
    {
        string[] words = Encoding.UTF8.GetString(bytes).Split(' ');
        bool isPlain = words.All(static word => word.Length is > 0 and <= WordCharactersMax
            && word.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'));
        return isPlain ? words : [];
    }

    private static long Number(string word) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new OperationRefusedException($"'{word}' is no number.");

    private static void Write(IBufferWriter<byte> output, FormattableString text) =>
        Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture), output);
}
