using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Timelines;

/// <summary>
/// Collects a timeline while a simulation runs; keeps the last so many messages and notes. Frames become text only at
/// the end.
/// </summary>
internal sealed class TimelineRecorder(CodecLimits limits, int replicas)
{
    private const int MessagesMax = 60_000;
    private const int NotesMax = 20_000;

    private readonly List<TimelineNode> _nodes = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Queue<Flight> _flights = new();
    private readonly Queue<TimelineNote> _notes = new();

    public void AddNode(string name, bool isCorrect)
    {
        _places.Add(name, _nodes.Count);
        _nodes.Add(new TimelineNode(name, isCorrect));
    }

    /// <summary>A frame was sent; the result is told when it arrives.</summary>
    public Flight Sent(int from, int to, long nowMicros, ReadOnlyMemory<byte> frame)
    {
        Flight flight = new(from, to, nowMicros, frame);
        _flights.Enqueue(flight);
        if (_flights.Count > MessagesMax) _flights.Dequeue();
        return flight;
    }

    /// <summary>A line of the story, if it is one that stands out.</summary>
    public void Note(long atMicros, string who, string what, object? subject)
    {
        if (Kind(who, what, subject) is not { } kind) return;
        string text = subject is null ? what : Wording.Of(subject);
        _notes.Enqueue(new TimelineNote(_places.GetValueOrDefault(who, -1), atMicros, kind, text));
        if (_notes.Count > NotesMax) _notes.Dequeue();
    }

    public Timeline Build() => new(
        _nodes,
        [.. _flights.Select(f => new TimelineMessage(f.From, f.To, f.SentMicros, f.ArrivedMicros, Describe(f)))],
        [.. _notes]);

    private static string? Kind(string who, string what, object? subject) => subject switch
    {
        ExecuteEffect => "execute",
        TakeCheckpointEffect => "checkpoint",
        InstallStateEffect => "install",
        PersistEffect { Record: RegencyInstalled or RegencySynchronized or SilentUpTo } => "regency",
        null when who == "!!" => "violation",
        null when what.Length > 0 && !what.StartsWith("drops", StringComparison.Ordinal) => "fault",
        _ => null,
    };

    private string Describe(Flight flight)
    {
        if (flight.From < replicas && flight.To < replicas)
            return PeerMessageCodec.TryDecode(flight.Frame, limits, out PeerMessage? peer)
                ? Wording.Of(peer)
                : $"GARBAGE {flight.Frame.Length} bytes";
        return ClientMessageCodec.TryDecode(flight.Frame, limits, out ClientMessage? client)
            ? Wording.Of(client)
            : $"GARBAGE {flight.Frame.Length} bytes";
    }

    /// <summary>A frame on its way.</summary>
    internal sealed class Flight(int from, int to, long sentMicros, ReadOnlyMemory<byte> frame)
    {
        public int From => from;
        public int To => to;
        public long SentMicros => sentMicros;
        public ReadOnlyMemory<byte> Frame => frame;
        public long ArrivedMicros { get; set; } = -1;
    }
}
