namespace DepSky.Clouds.Http;

/// <summary>How long a cloud's requests are waited for, and when they are tried again.</summary>
internal sealed record RequestPolicy
{
    /// <summary>For clouds that are made without a configuration: calls of a minute.</summary>
    public static RequestPolicy Default { get; } = For(TimeSpan.FromMinutes(1));

    /// <summary>A request is tried again only until this time after its first try.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>A try ends when nothing moved for so long, in either direction.</summary>
    public required TimeSpan Stall { get; init; }

    /// <summary>The wait before the second try, before it is shortened at random; it doubles from try to try.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait, unless the cloud asks for more.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time that all of this is counted in.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the randomness of waits begins; null for anywhere.</summary>
    public int? Seed { get; init; }

    /// <summary>
    /// For calls that end after a time: the last try ends before the call does, so that its reason is known.
    /// </summary>
    public static RequestPolicy For(TimeSpan callTimeout, TimeProvider? time = null) => new()
    {
        Deadline = callTimeout * 0.8, Stall = callTimeout * 0.5, Time = time ?? TimeProvider.System,
    };
}
