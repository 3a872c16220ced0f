namespace BftSmr.Tests.Decoders;

/// <summary>
/// Everything in the library that reads raw input: the fuzz target that covers it, or in parentheses why none does.
/// </summary>
internal static class DecoderList
{
    public static IReadOnlyDictionary<string, string> Of { get; } = new Dictionary<string, string>
    {
        ["PeerMessageCodec.TryDecode"] = "peer message",
        ["BatchCodec.TryRead"] = "peer message",
        ["ReadVoucherCodec.TryRead"] = "client message",
        ["RequestCodec.TryRead"] = "peer message",
        ["StopDataCodec.TryRead"] = "peer message",
        ["StopDataCodec.TryReadVote"] = "peer message",
        ["SyncCodec.TryReadFields"] = "peer message",
        ["CertificateCodec.TryRead"] = "peer message",
        ["CertificateCodec.TryReadManifest"] = "peer message",
        ["ManifestCodec.TryDecode"] = "manifest",
        ["RunFormat.TryReadHeader"] = "run",
        ["CatchUpCodec.TryReadFields"] = "peer message",
        ["BatchCodec.TryDecode"] = "batch",
        ["MessageFamily.TryReadMessage"] = "(abstract: an ordering's own)",
        ["MessageFamily.TryReadRecord"] = "(abstract: an ordering's own)",
        ["NumberReading.TryReadInstance"] = "peer message",
        ["NumberReading.TryReadRegency"] = "peer message",
        ["ClientMessageCodec.TryDecode"] = "client message",
        ["LogRecordCodec.TryDecode"] = "log record",
        ["FrameOpener.Open"] = "(hands frames to the ingress, whose decoders are here)",

        ["Hello.CheckVersion"] = "hello",
        ["Hello.Check"] = "hello",
        ["Hello.CheckAccepted"] = "hello",
        ["NoiseHandshake.TryReadFirst"] = "first handshake message",
        ["NoiseHandshake.TryReadSecond"] = "second handshake message",
        ["NoiseCipher.TryOpen"] = "record stream",
        ["FrameAssembler.TryRead"] = "frame stream",

        ["LogRecovery.Read"] = "log segment",
        ["RecordHeader.TryRead"] = "log segment",
        ["SegmentHeader.TryRead"] = "segment header",
        ["LogSegment.TryParseName"] = "segment file name",
        ["RunFile.TryOpen"] = "run file",
        ["RunTrailer.TryRead"] = "run file",
        ["FileBytes.TryReadExactly"] = "run file",
        ["ManifestFile.TryRead"] = "manifest file",
        ["WriteAheadLog.Open"] = "(reads by LogRecovery; LogDamageTests)",
        ["CheckpointStore.Open"] = "(reads by RunFile and ManifestFile; CheckpointDamageTests)",
        ["ArchiveStore.Open"] = "(reads nothing; ArchiveStoreTests damage what it wrote)",
        ["ReplicaStorage.Open"] = "(reads by the two above)",
        ["UnlockedFile.TryOpen"] = "(opens, reads nothing)",

        ["SettingsReader.Load"] = "cluster.json",
        ["SettingsReader.Parse"] = "cluster.json",
        ["SettingsReader.Parsed"] = "cluster.json",
        ["ClusterFile.Load"] = "cluster.json",
        ["ClusterConfiguration.Load"] = "cluster.json",
        ["ClusterLimits.Check"] = "cluster.json",
        ["ReplicaConfiguration.Load"] = "replica.json",
        ["ClientConfiguration.Load"] = "client.json",
        ["AdministratorConfiguration.Load"] = "admin.json",
        ["ClusterDirectory.Open"] = "(names files only)",
        ["HostPort.TryParse"] = "address",
        ["HostPort.Parse"] = "address",
        ["PublicKey.Parse"] = "public key",
        ["KeyFile.Load"] = "key file",

        ["StateMachine.Load"] = "(the user's)",
    };
}
