using BftCloud.Common;
using BftSmr.Hosting;

namespace BftCloud.Monitoring;

/// <summary>How far a replica says it is on its way to taking part in full.</summary>
/// <param name="Phase">The phase, as docs/spec/ordering/phases.md defines it.</param>
/// <param name="Checkpoint">The checkpoint that is fetched or loaded; null if none is.</param>
/// <param name="BytesHad">Bytes that are here, or were read; null where that is not known or means nothing.</param>
/// <param name="BytesNeeded">All bytes, or those to read; null where that means nothing.</param>
/// <param name="BytesPerSecond">How fast the bytes grew of late; null where that is not known yet.</param>
/// <param name="InstancesPerSecond">Instances executed of late; null before it executes any.</param>
internal sealed record ProgressReport(
    string Phase, long? Checkpoint = null, long? BytesHad = null, long? BytesNeeded = null,
    double? BytesPerSecond = null, double? InstancesPerSecond = null)
{
    private const int PhaseLengthMax = 20;

    /// <summary>What a replica may say that is faulty can be anything: whether this is a report.</summary>
    public bool IsWellFormed =>
        Phase is { Length: > 0 and <= PhaseLengthMax } && Phase.All(char.IsAsciiLetterLower)
        && double.IsFinite(BytesPerSecond ?? 0) && double.IsFinite(InstancesPerSecond ?? 0);

    /// <summary>A phase by its name.</summary>
    public static string NameOf(BftReplicaPhase phase) => phase.ToString().ToLowerInvariant();

    /// <summary>What a replica that runs says.</summary>
    public static ProgressReport Of(BftReplicaStatus status) => new(
        NameOf(status.Phase), status.Checkpoint?.Instance.Value, status.Checkpoint?.BytesHad,
        status.Checkpoint?.BytesNeeded, Rounded(status.Checkpoint?.BytesPerSecond),
        Rounded(status.InstancesPerSecond));

    /// <summary>The numbers, for people; null if there are none to tell.</summary>
    public string? Numbers => this switch
    {
        { BytesNeeded: { } needed } =>
            $"{(BytesHad is { } had ? ByteCount.Show(had) : "?")} of {ByteCount.Show(needed)}"
            + (BytesPerSecond is { } rate ? $", {ByteCount.Show((long)rate)}/s" : ""),
        { InstancesPerSecond: > 0 and { } rate } when Phase == NameOf(BftReplicaPhase.Replaying) =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{rate:0.#} instances/s"),
        _ => null,
    };

    /// <summary>A rate as it is worth telling.</summary>
    public static double? Rounded(double? rate) => rate is { } number ? Math.Round(number, 1) : null;
}
