using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Storage;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// The archive's disk work, which the loop must not wait for: methods are called on the loop, the work is done in order
/// on the thread pool, and an answer for a peer comes back through the loop's inbox. The archive helps others alone:
/// what its disk refuses is told in the log, and the replica goes on.
/// </summary>
internal sealed class ArchiveWork : IDisposable
{
    /// <summary>Pieces of work that wait; where the disk is slower than that the loop waits for it.</summary>
    private const int WaitingMax = 64;

    /// <summary>Answers under way for one peer; more that it asks for are passed over, and asked for again.</summary>
    private const int AnswersPerPeerMax = 4;

    private readonly ArchiveStore _store;
    private readonly ILogger _logger;
    private readonly Action<object> _post;
    private readonly int[] _answers;
    private readonly BackgroundWork _work;

    public ArchiveWork(int replicas, ArchiveStore store, ILogger logger, Action<object> post)
    {
        (_store, _logger, _post) = (store, logger, post);
        _answers = new int[replicas];
        _work = new BackgroundWork(Report, WaitingMax);
    }

    /// <summary>Completes when nothing uses the archive any more; the loop has ended.</summary>
    public Task StopAsync() => _work.Done;

    public void Dispose() => _work.Dispose();

    public void Keep(ArchiveEffect effect) => _work.Add(() => _store.Write(effect));

    public void Forget(ForgetArchiveEffect effect) => _work.Add(() => _store.Forget(effect.UpTo));

    public void Send(SendArchivedEffect effect)
    {
        int peer = effect.To.Value;
        if (_answers[peer] >= AnswersPerPeerMax) return;
        _answers[peer]++;
        _work.Add(() =>
        {
            Decided? answer = null;
            try
            {
                answer = _store.Read(effect.Asked);
            }
            finally
            {
                _post((Action)(() => _answers[peer]--));
            }
            _post(answer is null ? new ArchiveLostInput() : new SendEffect(effect.To, answer));
        });
    }

    private void Report(Action work)
    {
#pragma warning disable CA1031 // Nothing is swallowed: the loop throws it.
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            HostLog.ArchiveFailed(_logger, e.Message);
            _post(new ArchiveLostInput());
        }
        catch (Exception e)
        {
            _post(e);
        }
#pragma warning restore CA1031
    }
}
