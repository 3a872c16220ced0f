using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Memcache.Client.Protocol;

namespace Memcache.Client;

/// <summary>A server: connects when it is needed, and leaves it alone for a while when that fails.</summary>
internal sealed class ServerLink(ServerAddress address, MemcacheClientOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan s_backOffMin = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task<ServerConnection>? _connecting;
    private MemcacheException? _failure;
    private TimeSpan _backOff;
    private long _failedAt;

    public string Name => address.Name;

    /// <summary>Sends a request and awaits its reply, within the timeout.</summary>
    /// <exception cref="MemcacheException">There is no reply, or it is an error.</exception>
    public async Task<Reply> CallAsync(Request request, CancellationToken cancellationToken)
    {
        Task<ServerConnection> connecting = Connection();
        Task<Reply> call = SendAsync(connecting, request);
        try
        {
            return await call.WaitAsync(options.Timeout, options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            if (connecting.IsCompletedSuccessfully) connecting.Result.NoteTimeout();
            throw new MemcacheException(
                MemcacheErrorCode.TimedOut,
                $"The cache server {Name} did not answer within {options.Timeout}. Look at its load, or allow more "
                + "time.", e);
        }
        finally
        {
            // A call that was given up may fail later: that is no error of the process.
            _ = call.ContinueWith(
                static left => _ = left.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>Ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task<ServerConnection>? connecting;
        lock (_gate) connecting = _connecting;
        if (connecting is null) return;
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!connecting.IsCompletedSuccessfully) return;
        ServerConnection connection = await connecting.ConfigureAwait(false);
        connection.End(Stopped());
        await connection.Ended.ConfigureAwait(false);
    }

    private static async Task<Reply> SendAsync(Task<ServerConnection> connecting, Request request)
    {
        ServerConnection connection = await connecting.ConfigureAwait(false);
        return await connection.Send(request).ConfigureAwait(false);
    }

    /// <summary>The open connection, or the attempt that all calls share.</summary>
    private Task<ServerConnection> Connection()
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested) throw Stopped();
            if (_connecting is { IsCompletedSuccessfully: true } open && open.Result.IsOpen) return open;
            if (_connecting is { IsCompleted: false } attempt) return attempt;
            if (_failure is not null && options.TimeProvider.GetElapsedTime(_failedAt) < _backOff)
                throw new MemcacheException(_failure.Code, _failure.Message, _failure);
            return _connecting = ConnectAsync();
        }
    }

    private async Task<ServerConnection> ConnectAsync()
    {
        await Task.Yield(); // the caller holds the gate
        using CancellationTokenSource late = new(options.Timeout, options.TimeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        Socket socket = address.NewSocket();
        try
        {
            await socket.ConnectAsync(address.EndPoint, either.Token).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is not null) stream = await EncryptAsync(stream, either.Token).ConfigureAwait(false);
            ServerConnection connection = new(stream, Name, options);
            if (options.User is { } user)
                await connection.Send(Request.User(user, options.Password!)).WaitAsync(either.Token)
                    .ConfigureAwait(false);
            lock (_gate) (_failure, _backOff) = (null, TimeSpan.Zero);
            return connection;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException
            or OperationCanceledException or MemcacheException or ObjectDisposedException)
        {
            socket.Dispose();
            throw Failed(e, late.IsCancellationRequested);
        }
    }

    private async Task<Stream> EncryptAsync(Stream stream, CancellationToken cancellationToken)
    {
        SslStream tls = new(stream);
        SslClientAuthenticationOptions own = options.Tls!;
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = own.TargetHost ?? address.Host,
                ClientCertificates = own.ClientCertificates,
                EnabledSslProtocols = own.EnabledSslProtocols,
                CertificateChainPolicy = own.CertificateChainPolicy,
                CertificateRevocationCheckMode = own.CertificateRevocationCheckMode,
                RemoteCertificateValidationCallback = own.RemoteCertificateValidationCallback,
            },
            cancellationToken).ConfigureAwait(false);
        return tls;
    }

    private MemcacheException Failed(Exception cause, bool isLate)
    {
        MemcacheException failure = cause as MemcacheException ?? new MemcacheException(
            isLate ? MemcacheErrorCode.TimedOut : MemcacheErrorCode.Unreachable,
            $"The cache server {Name} cannot be reached: {cause.Message} Look whether it runs there.", cause);
        lock (_gate)
        {
            _failure = failure;
            _failedAt = options.TimeProvider.GetTimestamp();
            _backOff = TimeSpan.FromTicks(Math.Min(
                options.BackOffMax.Ticks, Math.Max(s_backOffMin.Ticks, 2 * _backOff.Ticks)));
        }
        return failure;
    }

    private MemcacheException Stopped() =>
        new(MemcacheErrorCode.Unreachable, $"The client of the cache server {Name} was disposed of.");
}
