namespace DepSky.Tests.Simulation;

/// <summary>
/// Checks what readers saw of writers that came one after the other (regular register, Lamport 1986): a read returns
/// the last write that was complete when it began, or one that was under way meanwhile - or one that was abandoned
/// since, as long as no later one was complete. Whole, as it was written. And versions only grow.
/// </summary>
internal sealed class RegularRegister
{
    private readonly List<Write> _writes = [];
    private readonly List<string> _violations = [];

    public IReadOnlyList<string> Violations => _violations;

    public int Reads { get; private set; }

    public int CompleteWrites => _writes.Count(w => w.EndMicros is not null);

    public int BeginWrite(long startMicros, byte[] content)
    {
        _writes.Add(new Write(startMicros, content));
        return _writes.Count - 1;
    }

    public void EndWrite(int index, long endMicros, ObjectVersion version)
    {
        _writes[index].EndMicros = endMicros;
        _writes[index].Version = version;
        if (_writes.Take(index).Any(earlier => earlier.Version >= version))
            Fail($"write {index} has version {version}, which is not later than all before it");
    }

    public void Fail(string what) => _violations.Add(what);

    /// <summary>A read has returned this content, or that there is none.</summary>
    public void Read(long startMicros, long endMicros, ObjectVersion? version, byte[]? content)
    {
        Reads++;
        int last = _writes.FindLastIndex(w => w.EndMicros < startMicros);
        if (content is null)
        {
            if (last >= 0) Fail($"a read found nothing, though write {last} was complete");
            return;
        }
        int index = _writes.FindIndex(w => w.Content.AsSpan().SequenceEqual(content));
        if (index < 0)
        {
            Fail($"a read of version {version} returned {content.Length} bytes that no writer wrote");
            return;
        }
        if (index < last) Fail($"a read returned write {index}, though write {last} was complete");
        if (_writes[index].StartMicros > endMicros) Fail($"a read returned write {index} before it began");
        if (_writes[index].Version is ObjectVersion written && written != version)
            Fail($"a read returned write {index} as version {version}, but it was written as {written}");
        _writes[index].Version ??= version;
    }

    private sealed class Write(long startMicros, byte[] content)
    {
        public long StartMicros { get; } = startMicros;

        public byte[] Content { get; } = content;

        public long? EndMicros { get; set; }

        public ObjectVersion? Version { get; set; }
    }
}
