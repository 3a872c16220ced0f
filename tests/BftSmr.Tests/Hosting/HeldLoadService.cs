using System.Buffers;
using BftCloud.Primitives;

namespace BftSmr.Tests.Hosting;

/// <summary>The words of a <see cref="RegisterService"/>; a load ends once the test says so.</summary>
internal sealed class HeldLoadService(ManualResetEventSlim released) : IStateMachine
{
    private readonly RegisterService _words = new();

    public void Execute(CommandBatch batch) => ((IStateMachine)_words).Execute(batch);

    public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        ((IStateMachine)_words).Query(query, context, reply);

    public Digest StateDigest() => ((IStateMachine)_words).StateDigest();

    public IStateChanges Freeze() => ((IStateMachine)_words).Freeze();

    public IStateLoader BeginLoad() => new Loader(((IStateMachine)_words).BeginLoad(), released);

    private sealed class Loader(IStateLoader words, ManualResetEventSlim released) : IStateLoader
    {
        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => words.Put(key, value);

        public void Commit()
        {
            Assert.True(released.Wait(Patience.Time));
            words.Commit();
        }

        public void Dispose() => words.Dispose();
    }
}
