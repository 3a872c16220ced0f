using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// A piece of a core's work that makes calls, and is done at some time: a search, a segment's upload. Its core starts
/// it, hands it the answers to its calls, and takes up what came of it. It refers to nothing above itself.
/// </summary>
internal abstract class SubMachine(CloudExchange exchange)
{
    protected CloudExchange Exchange { get; } = exchange;

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>When <see cref="Tick"/> is due; <see cref="long.MaxValue"/> for never.</summary>
    public virtual long NextDeadlineMicros => long.MaxValue;

    public abstract void Start();

    /// <summary>A call of this machine was answered by its cloud, or has expired.</summary>
    public abstract void Receive(int cloud, CloudAnswer answer);

    /// <summary>The deadline is reached.</summary>
    public virtual void Tick()
    {
    }

    protected void Call(CloudCall call) => Exchange.Call(this, call);

    protected void Finish(ProtocolFailure? failure)
    {
        Invariant.Holds(!IsDone, "a machine is done once");
        IsDone = true;
        Failure = failure;
    }

    /// <summary>Is done, and wants no more answers.</summary>
    protected void FinishAndAbandon(ProtocolFailure? failure)
    {
        Finish(failure);
        Exchange.AbandonCallsOf(this);
    }
}
