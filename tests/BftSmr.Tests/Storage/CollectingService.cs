using System.Buffers;
using BftCloud.Primitives;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Storage;

/// <summary>A service whose records are what was loaded last.</summary>
internal sealed class CollectingService : IStateMachine
{
    /// <summary>Null until a load is complete, and while one is under way.</summary>
    public SortedDictionary<string, string>? Records { get; private set; }

    public void Execute(CommandBatch batch) => throw new NotSupportedException();

    public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        throw new NotSupportedException();

    public Digest StateDigest() => throw new NotSupportedException();

    public IStateChanges Freeze() => throw new NotSupportedException();

    public IStateLoader BeginLoad()
    {
        Records = null;
        return new Loader(this);
    }

    private sealed class Loader(CollectingService service) : IStateLoader
    {
        private readonly SortedDictionary<string, string> _records = new(StringComparer.Ordinal);

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            _records.Add(Change.TextOf(key), Change.TextOf(value));

        public void Commit() => service.Records = _records;

        public void Dispose() { }
    }
}
