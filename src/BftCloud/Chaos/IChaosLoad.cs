namespace BftCloud.Chaos;

/// <summary>Clients of a service under chaos, which write down what they see.</summary>
internal interface IChaosLoad
{
    /// <summary>What they saw so far; it begins when the load is made.</summary>
    ChaosHistory History { get; }

    /// <summary>Runs until cancelled.</summary>
    Task RunAsync(CancellationToken cancellation);

    /// <summary>
    /// Everything is mended: reads everything once more. What was acknowledged and is gone shows here.
    /// </summary>
    Task ReadAllAsync(CancellationToken cancellation);
}
