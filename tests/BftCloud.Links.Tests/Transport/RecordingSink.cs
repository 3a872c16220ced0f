using System.Text;
using System.Threading.Channels;
using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

/// <summary>What a sink was told: up (neither), a frame, or down (the fault).</summary>
internal readonly record struct LinkEvent<TRemote>(TRemote Remote, byte[]? Frame, LinkFault? Fault)
{
    public bool IsUp => Frame is null && Fault is null;
}

/// <summary>Keeps everything it is told, in order, for a test to wait for.</summary>
internal sealed class RecordingSink<TRemote> : ILinkSink<TRemote>
{
    private readonly Channel<LinkEvent<TRemote>> _events = Channel.CreateUnbounded<LinkEvent<TRemote>>();

    /// <summary>What taking a frame waits for.</summary>
    public Task Room { get; set; } = Task.CompletedTask;

    public int Waiting => _events.Reader.Count;

    public async Task<LinkEvent<TRemote>> NextAsync() =>
        await _events.Reader.ReadAsync().AsTask().WaitAsync(Patience.Time);

    public async Task<TRemote> NextUpAsync()
    {
        LinkEvent<TRemote> next = await NextAsync();
        Assert.True(next.IsUp, $"Expected an up, got {next}");
        return next.Remote;
    }

    public async Task<byte[]> NextFrameAsync()
    {
        LinkEvent<TRemote> next = await NextAsync();
        Assert.True(next.Frame is not null, $"Expected a frame, got {next}");
        return next.Frame;
    }

    public async Task<string> NextTextAsync() => Encoding.UTF8.GetString(await NextFrameAsync());

    public async Task<LinkFault> NextDownAsync()
    {
        LinkEvent<TRemote> next = await NextAsync();
        Assert.True(next.Fault is not null, $"Expected a down, got {next}");
        return next.Fault.Value;
    }

    public void OnUp(TRemote remote) => _events.Writer.TryWrite(new LinkEvent<TRemote>(remote, null, null));

    public ValueTask OnFrame(TRemote remote, ReadOnlyMemory<byte> frame)
    {
        _events.Writer.TryWrite(new LinkEvent<TRemote>(remote, frame.ToArray(), null));
        return new ValueTask(Room);
    }

    public void OnFramesEnd(TRemote remote)
    {
    }

    public void OnDown(TRemote remote, LinkFault fault) =>
        _events.Writer.TryWrite(new LinkEvent<TRemote>(remote, null, fault));
}
