using BftSmr;

namespace BftCloud.Bench;

/// <summary>What the closed loops of a benchmark do.</summary>
internal interface IBenchLoad
{
    /// <summary>Done once, before the warm-up.</summary>
    Task PrepareAsync(BftClient client, CancellationToken cancellationToken);

    /// <summary>The operation that one closed loop repeats.</summary>
    /// <param name="client">The loop's session.</param>
    /// <param name="index">The loop's number.</param>
    Func<Task> Operation(BftClient client, int index);
}
