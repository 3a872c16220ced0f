using DepSky.Clouds.Http;
using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Clouds;

[Collection(CloudServersCollection.Name)]
public sealed class WebDavCloudTests(CloudServers servers) : ServedCloudConformance
{
    private protected override Task<CloudServer> StartAsync() => servers.WebDavAsync();

    private protected override string ListingStatus => "207 Multi-Status";

    [Fact]
    public async Task A_folder_that_another_writer_just_made_is_moved_into()
    {
        int moves = 0;
        await using HostileServer server = new(head => head.Split(' ')[0] switch
        {
            "MOVE" => Answer(Interlocked.Increment(ref moves) == 1 ? "403 Forbidden" : "201 Created"),
            "MKCOL" => Answer("405 Method Not Allowed"),
            _ => Answer("201 Created"),
        });
        await using ICloud cloud = (await servers.WebDavAsync()).OpenAt(server.Address, "raced");

        await cloud.PutAsync("inner/object", default, default);

        Assert.Equal(2, moves);
    }

    [Fact]
    public async Task A_folder_that_another_writer_is_making_is_waited_for()
    {
        int locked = 0;
        bool isMade = false;
        await using HostileServer server = new(head =>
        {
            string[] line = head.Split(' ');
            if (line[0] == "MKCOL" && line[1].EndsWith("/inner/", StringComparison.Ordinal))
            {
                if (Interlocked.Increment(ref locked) < 3) return Answer("423 Locked");
                Volatile.Write(ref isMade, true);
                return Answer("405 Method Not Allowed");
            }
            return Answer(line[0] == "MOVE" && !Volatile.Read(ref isMade) ? "403 Forbidden" : "201 Created");
        });
        await using ICloud cloud = (await servers.WebDavAsync()).OpenAt(server.Address, "raced");

        await cloud.PutAsync("inner/object", default, default);

        Assert.Equal(3, locked);
    }

    [Fact]
    public async Task A_sweep_deletes_what_is_old_enough_by_the_servers_clock()
    {
        static string Response(string name, string modified, string kind = "") =>
            $"<D:response><D:href>/folder/~incoming/{name}</D:href><D:propstat><D:prop>"
            + $"<D:resourcetype>{kind}</D:resourcetype><D:getcontentlength>7</D:getcontentlength>"
            + $"<D:getlastmodified>{modified}</D:getlastmodified></D:prop></D:propstat></D:response>";
        string listing = "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">"
            + Response("", "Thu, 01 Jan 2026 00:00:00 GMT", "<D:collection/>")
            + Response("left", "Thu, 01 Jan 2026 10:00:00 GMT") + Response("fresh", "Thu, 01 Jan 2026 11:30:00 GMT")
            + Response("unknown", "") + "</D:multistatus>";
        List<string> deleted = [];
        await using HostileServer server = new(head =>
        {
            if (!head.StartsWith("DELETE", StringComparison.Ordinal))
                return "HTTP/1.1 207 Multi-Status\r\nDate: Thu, 01 Jan 2026 12:00:00 GMT\r\n"
                    + $"Content-Type: application/xml\r\nContent-Length: {listing.Length}\r\n\r\n{listing}";
            lock (deleted) deleted.Add(head.Split(' ')[1]);
            return Answer("204 No Content");
        });
        await using ICloud cloud = (await servers.WebDavAsync()).OpenAt(server.Address, "swept");

        Assert.Equal(1, await cloud.SweepAsync(TimeSpan.FromHours(1), default));

        Assert.Equal(["/folder/~incoming/left"], deleted);
    }

    [Fact]
    public async Task A_move_whose_answer_was_lost_is_made_up_for()
    {
        int moves = 0;
        await using HostileServer server = new(head => head.Split(' ')[0] switch
        {
            "MOVE" => Interlocked.Increment(ref moves) switch
            {
                1 => "",
                2 or 3 => Answer("404 Not Found"),
                _ => Answer("201 Created"),
            },
            "HEAD" => Answer("404 Not Found"),
            _ => Answer("201 Created"),
        });
        RequestPolicy twice = CloudServer.Once with
        {
            Deadline = TimeSpan.FromHours(1), FirstWait = TimeSpan.FromMilliseconds(1),
        };
        await using ICloud cloud = (await servers.WebDavAsync()).OpenAt(server.Address, "forgetful", twice);

        await cloud.PutAsync("object", default, default);

        Assert.Equal(4, moves);
    }

    private static string Answer(string status) => $"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n";
}
