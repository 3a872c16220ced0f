using System.Buffers;
using System.Text;
using BftCloud.Primitives;

namespace BftSmr.Tests.Hosting;

/// <summary>The words of a <see cref="RegisterService"/>; the word "slow" is executed once the test says so.</summary>
internal sealed class SlowService(CountdownEvent begun, ManualResetEventSlim released) : IStateMachine
{
    private readonly IStateMachine _words = new RegisterService();

    public void Execute(CommandBatch batch)
    {
        foreach (ref readonly Command command in batch.Commands.Span)
        {
            if (Encoding.UTF8.GetString(command.Operation.Span) != "slow") continue;
            begun.Signal();
            Assert.True(released.Wait(Patience.Time));
        }
        _words.Execute(batch);
    }

    public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
        _words.Query(query, context, reply);

    public Digest StateDigest() => _words.StateDigest();

    public IStateChanges Freeze() => _words.Freeze();

    public IStateLoader BeginLoad() => _words.BeginLoad();
}
