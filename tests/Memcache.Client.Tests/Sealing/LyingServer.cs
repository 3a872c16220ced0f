using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Memcache.Client.Tests.Sealing;

/// <summary>
/// A server of the test's own, with the meta commands that the client uses. It keeps every value that a key ever had,
/// and lies as it is told.
/// </summary>
internal sealed class LyingServer : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<(Socket Socket, Task Task)> _clients = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Item> _items = [];
    private readonly Dictionary<string, List<byte[]>> _history = [];
    private readonly Task _accepting;
    private readonly Random _random = new(1);
    private ulong _cas;
    private int _gets;

    public LyingServer(TimeProvider clock)
    {
        _clock = clock;
        _listener.Start();
        Name = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    public string Name { get; }

    public CacheLie Lie { get; set; }

    /// <summary>How many gets have come.</summary>
    public int Gets => Volatile.Read(ref _gets);

    /// <summary>All that it was told, as text of single bytes.</summary>
    public string Heard
    {
        get
        {
            lock (_gate)
                return string.Join('\n', _history.SelectMany(
                    static h => h.Value.Select(v => h.Key + ' ' + Encoding.Latin1.GetString(v))));
        }
    }

    /// <summary>The names of the keys that had a value.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate) return [.. _history.Keys];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach ((Socket socket, Task task) in _clients)
        {
            socket.Dispose();
            await task;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync();
                _clients.Add((socket, ServeAsync(socket)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using NetworkStream stream = new(socket);
            using BufferedStream input = new(stream);
            while (await LineAsync(input) is { } line)
            {
                string[] words = line.Split(' ');
                byte[] value = [];
                if (words[0] == "ms")
                {
                    value = new byte[int.Parse(words[2], CultureInfo.InvariantCulture)];
                    await input.ReadExactlyAsync(value);
                    await LineAsync(input);
                }
                byte[] reply;
                lock (_gate) reply = Answer(words, value);
                await stream.WriteAsync(reply);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }

    private static async Task<string?> LineAsync(Stream input)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (await input.ReadAsync(one) == 1)
        {
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
        return null;
    }

    private byte[] Answer(string[] words, byte[] value)
    {
        string number = words.FirstOrDefault(static w => w.StartsWith('O')) ?? "";
        return words[0] switch
        {
            "mg" => Get(words, number),
            "ms" => Text(Set(words, value), number),
            "md" => Text(words.Contains("I") ? Invalidate(words) : Delete(words[1]), number),
            _ => Encoding.Latin1.GetBytes("MN\r\n"),
        };
    }

    private byte[] Get(string[] words, string number)
    {
        Interlocked.Increment(ref _gets);
        if (Lie == CacheLie.Silence) return [];
        if (Lie == CacheLie.NoProtocol) return Encoding.Latin1.GetBytes("VA 99999999999999999999 \r\n");
        Item? item = Alive(words[1]);
        long lease = Number(words, 'N'), renew = Number(words, 'R');
        string mark = "";
        if (item is null)
        {
            if (lease == 0) return Text("EN", "");
            item = new Item([], ++_cas, _clock.GetUtcNow().AddSeconds(lease)) { IsTaken = true };
            _items[words[1]] = item;
            mark = " W";
        }
        else if (item.IsTaken) mark = " Z";
        else if (item.IsStale || renew > 0 && item.End - _clock.GetUtcNow() < TimeSpan.FromSeconds(renew))
        {
            item.IsTaken = true;
            mark = " W";
        }
        if (Lie is CacheLie.AlwaysTaken or CacheLie.TakenForEver) mark = " Z";
        byte[] value = Changed(words[1], item.Value);
        string line = string.Create(
            CultureInfo.InvariantCulture, $"VA {value.Length} f0 c{item.Cas} t-1{mark} {number}\r\n");
        return [.. Encoding.Latin1.GetBytes(line), .. value, (byte)'\r', (byte)'\n'];
    }

    private byte[] Changed(string key, byte[] value)
    {
        switch (Lie)
        {
            case CacheLie.OtherKey:
                return _history.First(h => h.Key != key).Value[^1];
            case CacheLie.OldestValue when _history.TryGetValue(key, out List<byte[]>? all):
                return all[0];
            case CacheLie.ChangedBit when value.Length > 0:
                byte[] changed = [.. value];
                changed[_random.Next(changed.Length)] ^= (byte)(1 << _random.Next(8));
                return changed;
            case CacheLie.RandomValue:
                byte[] random = new byte[_random.Next(200)];
                _random.NextBytes(random);
                return random;
            default:
                return value;
        }
    }

    private string Set(string[] words, byte[] value)
    {
        Item? item = Alive(words[1]);
        if (words.Any(static w => w.StartsWith('C')))
        {
            if (item is null) return "NF";
            if (item.Cas != (ulong)Number(words, 'C')) return "EX";
        }
        long life = Number(words, 'T');
        _items[words[1]] = new Item(
            value, ++_cas, life == 0 ? DateTimeOffset.MaxValue : _clock.GetUtcNow().AddSeconds(life));
        if (!_history.TryGetValue(words[1], out List<byte[]>? all)) _history[words[1]] = all = [];
        all.Add(value);
        return $"HD c{_cas}";
    }

    private string Delete(string key) => Lie == CacheLie.NoDelete || _items.Remove(key) ? "HD" : "NF";

    private string Invalidate(string[] words)
    {
        if (Alive(words[1]) is not { } item) return "NF";
        if (item.Cas != (ulong)Number(words, 'C')) return "EX";
        _items[words[1]] = item with { Cas = ++_cas, IsTaken = false, IsStale = true };
        return "HD";
    }

    private Item? Alive(string key) =>
        _items.TryGetValue(key, out Item? item)
        && (Lie is CacheLie.NoExpiry or CacheLie.TakenForEver || item.End > _clock.GetUtcNow())
            ? item
            : null;

    private static long Number(string[] words, char letter) =>
        words.Skip(words[0] == "ms" ? 3 : 2).FirstOrDefault(w => w.StartsWith(letter)) is { } flag
            ? long.Parse(flag.AsSpan(1), CultureInfo.InvariantCulture)
            : 0;

    private static byte[] Text(string line, string number) =>
        Encoding.Latin1.GetBytes($"{line}{(number.Length > 0 && line != "EN" ? " " + number : "")}\r\n");

    private sealed record Item(byte[] Value, ulong Cas, DateTimeOffset End)
    {
        public bool IsTaken { get; set; }

        public bool IsStale { get; init; }
    }
}
