using System.Net;
using System.Net.Sockets;
using DepSky.Clouds.Http;
using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Clouds;

/// <summary>What every provider with a server must do besides.</summary>
public abstract class ServedCloudConformance : CloudConformance
{
    private CloudServer? _server;

    private protected abstract Task<CloudServer> StartAsync();

    private protected override async Task<ICloud> OpenAsync()
    {
        _server = await StartAsync();
        return _server.Open("served", CloudServers.NewSpace());
    }

    [Fact]
    public async Task Wrong_credentials_are_denied_and_no_secret_is_told()
    {
        string space = CloudServers.NewSpace();
        await using ICloud right = _server!.Open("right", space);
        await right.PutAsync("object", Bytes(1), default);
        await using ICloud wrong = _server.OpenWithWrongCredentials("wrong", space);

        CloudException[] errors =
        [
            await FailsAsync(CloudFailure.Denied, wrong.PutAsync("object", Bytes(2), default)),
            await FailsAsync(CloudFailure.Denied, wrong.GetAsync("object", 0, new byte[1], default)),
            await FailsAsync(CloudFailure.Denied, wrong.DeleteAsync("object", default)),
            await FailsAsync(
                CloudFailure.Denied, wrong.ListAsync("", default).GetAsyncEnumerator().MoveNextAsync().AsTask()),
        ];

        Assert.All(
            errors,
            static error => Assert.DoesNotContain("not-the-secret-key", error.ToString(), StringComparison.Ordinal));
        Assert.All(errors, static error => Assert.StartsWith("wrong: ", error.Message, StringComparison.Ordinal));
        byte[] buffer = new byte[2];
        Assert.Equal(1, await right.GetAsync("object", 0, buffer, default));
    }

    [Fact]
    public async Task A_server_that_does_not_listen_is_unavailable()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, not listening: connections are refused
        await using ICloud deaf = _server!.OpenAt(new Uri($"http://{taken.LocalEndPoint}/"), "deaf");

        await FailsOnEverythingAsync(deaf, CloudFailure.Unavailable);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_left_when_the_caller_gives_up()
    {
        await using HostileServer server = new(static _ => null);
        await using ICloud silent = _server!.OpenAt(server.Address, "silent");
        foreach (Func<CancellationToken, Task> operation in OperationsOf(silent))
        {
            using CancellationTokenSource stop = new();
            Task running = operation(stop.Token);
            await server.NextRequestAsync();
            Assert.False(running.IsCompleted);

            await stop.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }
    }

    [Fact]
    public async Task A_server_that_closes_without_an_answer_is_unavailable()
    {
        await using HostileServer server = new(static _ => "");
        await using ICloud closing = _server!.OpenAt(server.Address, "closing");

        await FailsOnEverythingAsync(closing, CloudFailure.Unavailable);
    }

    [Theory]
    [InlineData("503 Slow Down", "Retry-After: 0\r\n")]
    [InlineData("429 Too Many Requests", "")]
    [InlineData("502 Bad Gateway", "")]
    [InlineData("504 Gateway Timeout", "Retry-After: Thu, 01 Jan 2026 00:00:00 GMT\r\n")]
    public async Task A_busy_server_is_asked_again_whatever_it_was_asked_for(string status, string header)
    {
        int busy = 0;
        await using HostileServer server = new(_ => Interlocked.Decrement(ref busy) >= 0
            ? $"HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\n\r\n"
            : "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        await using ICloud cloud = _server!.OpenAt(server.Address, "busy", Persistent);
        long retries = 0;
        foreach (Func<CancellationToken, Task> operation in OperationsOf(cloud))
        {
            Volatile.Write(ref busy, 3);

            await FailsAsync(CloudFailure.Broken, operation(default));

            Assert.Equal(retries += 3, ((ICountsRetries)cloud).Retries);
        }
    }

    [Fact]
    public async Task A_server_that_breaks_off_once_is_asked_again()
    {
        int answers = 0;
        await using HostileServer server = new(_ => Interlocked.Increment(ref answers) switch
        {
            1 => "",
            2 => "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/5\r\nContent-Length: 5\r\n\r\nab",
            _ => "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/5\r\nContent-Length: 5\r\n\r\nabcde",
        });
        await using ICloud cloud = _server!.OpenAt(server.Address, "breaking", Persistent);
        byte[] buffer = new byte[5];

        Assert.Equal(5, await cloud.GetAsync("object", 0, buffer, default));

        Assert.Equal("abcde"u8.ToArray(), buffer);
    }

    [Fact]
    public async Task A_web_page_is_no_acknowledgement_and_no_listing()
    {
        const string Page = "<html><body>Sign in to the network, please.</body></html>";
        await using HostileServer server = new(
            _ => $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {Page.Length}\r\n\r\n{Page}");
        await using ICloud portal = _server!.OpenAt(server.Address, "portal");

        await FailsAsync(CloudFailure.Broken, portal.PutAsync("object", Bytes(1), default));
        await FailsAsync(
            CloudFailure.Broken, portal.ListAsync("", default).GetAsyncEnumerator().MoveNextAsync().AsTask());
    }

    [Fact]
    public async Task The_words_of_a_server_are_cut_short_and_made_harmless()
    {
        string words = "\u001b[2J<Error>\r\nbftcloud: all is well\a" + new string('x', 1 << 20);
        await using HostileServer server = new(
            _ => $"HTTP/1.1 503 {new string('y', 200)}\r\nContent-Type: text/plain; charset=nonsense\r\n"
                + $"Content-Length: {words.Length}\r\n\r\n{words}");
        await using ICloud shouting = _server!.OpenAt(server.Address, "shouting");
        foreach (Func<CancellationToken, Task> operation in OperationsOf(shouting))
        {
            CloudException error = await FailsAsync(CloudFailure.Unavailable, operation(default));

            Assert.True(error.Message.Length < 600, error.Message);
            Assert.DoesNotContain(error.Message, static c => char.IsControl(c));
        }
    }

    [Fact]
    public async Task A_redirection_is_not_followed_with_our_credentials()
    {
        await using HostileServer thief = new(static _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using HostileServer server = new(
            _ => $"HTTP/1.1 302 Found\r\nLocation: {thief.Address}\r\nContent-Length: 0\r\n\r\n");
        await using ICloud redirecting = _server!.OpenAt(server.Address, "redirecting");

        await FailsOnEverythingAsync(redirecting, CloudFailure.Broken);

        Assert.Equal(0, thief.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no xml at all")]
    [InlineData(
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>")]
    [InlineData("<?xml version=\"1.0\"?><unclosed>")]
    public async Task A_listing_that_is_no_listing_names_nothing(string body)
    {
        await using HostileServer server = new(
            _ => $"HTTP/1.1 {ListingStatus}\r\nContent-Type: application/xml\r\n"
                + $"Content-Length: {body.Length}\r\n\r\n{body}");
        await using ICloud babbling = _server!.OpenAt(server.Address, "babbling");

        CloudException? error = null;
        int entries = 0;
        try
        {
            await foreach (CloudEntry _ in babbling.ListAsync("", default)) entries++;
        }
        catch (CloudException e)
        {
            error = e;
        }

        Assert.Equal(0, entries);
        Assert.True(error is null or { Kind: CloudFailure.Broken }, error?.Message);
    }

    [Fact]
    public async Task A_listing_without_end_is_given_up()
    {
        await using HostileServer server = new(
            _ => $"HTTP/1.1 {ListingStatus}\r\nContent-Type: application/xml\r\n\r\n<?xml version=\"1.0\"?><x>",
            endless: "<y>0123456789abcdef0123456789abcdef</y>\n");
        await using ICloud endless = _server!.OpenAt(server.Address, "endless");

        CloudException error = await Assert.ThrowsAsync<CloudException>(
            async () => { await foreach (CloudEntry _ in endless.ListAsync("", default)) { } });

        Assert.Contains(error.Kind, new[] { CloudFailure.Broken, CloudFailure.Unavailable });
    }

    [Fact]
    public async Task More_bytes_than_were_asked_for_are_not_read()
    {
        await using HostileServer server = new(
            static _ => "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/1000000000\r\n"
                + "Content-Length: 1000000000\r\n\r\n",
            endless: "0123456789");
        await using ICloud generous = _server!.OpenAt(server.Address, "generous");
        byte[] buffer = new byte[12];

        Assert.Equal(10, await generous.GetAsync("object", 0, buffer.AsMemory(1, 10), default));

        Assert.Equal("\00123456789\0"u8.ToArray(), buffer);
    }

    /// <summary>The status that a listing is answered with.</summary>
    private protected virtual string ListingStatus => "200 OK";

    /// <summary>Asks again at once, for as long as the test lasts.</summary>
    private static RequestPolicy Persistent { get; } = new()
    {
        Deadline = TimeSpan.FromHours(1),
        Stall = TimeSpan.FromHours(1),
        FirstWait = TimeSpan.FromMilliseconds(1),
        WaitMax = TimeSpan.FromMilliseconds(1),
    };

    private static Func<CancellationToken, Task>[] OperationsOf(ICloud cloud) =>
    [
        token => cloud.PutAsync("object", Bytes(1), token),
        token => cloud.GetAsync("object", 0, new byte[1], token),
        token => cloud.DeleteAsync("object", token),
        token => cloud.ListAsync("", token).GetAsyncEnumerator(token).MoveNextAsync().AsTask(),
    ];

    private static async Task FailsOnEverythingAsync(ICloud cloud, CloudFailure kind)
    {
        foreach (Func<CancellationToken, Task> operation in OperationsOf(cloud))
            await FailsAsync(kind, operation(default));
    }
}
