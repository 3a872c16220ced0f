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

    private static string Answer(string status) => $"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n";
}
