using System.Runtime.ExceptionServices;
using BftSmr.Core;
using BftSmr.Service;

namespace BftSmr.Hosting;

/// <summary>
/// A batch on its way through the service. Made and read by the loop; <see cref="Run"/> may end on a thread that is not
/// the loop's any more.
/// </summary>
internal sealed class BatchExecution(ServiceHost service, ExecuteEffect effect)
{
    private ExecutedInput? _executed;
    private ExceptionDispatchInfo? _failure;

    public ExecuteEffect Effect => effect;

    /// <summary>When it began, for its span; null if no listener wants one.</summary>
    public DateTimeOffset? Began { get; } = ReplicaSpans.Begin();

    /// <summary>What the service took.</summary>
    public long Ticks { get; private set; }

    /// <summary>Executes; never throws.</summary>
    public void Run()
    {
        long start = ReplicaInbox.NowTicks;
#pragma warning disable CA1031 // Nothing is swallowed: the loop gets it as the outcome.
        try
        {
            _executed = service.Execute(effect);
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
#pragma warning restore CA1031
        Ticks = ReplicaInbox.NowTicks - start;
    }

    /// <summary>What came of it.</summary>
    /// <exception cref="StateMachineException">The service threw.</exception>
    public ExecutedInput Outcome()
    {
        _failure?.Throw();
        return _executed!;
    }
}
