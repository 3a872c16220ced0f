using System.Buffers;
using BenchmarkDotNet.Attributes;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Bench;

/// <summary>
/// Encoding and decoding of what replicas and clients send most: votes, proposals of 64 requests of 128 bytes, requests
/// and replies.
/// </summary>
public class CodecBenchmarks
{
    private const int Requests = 64;
    private const int OperationBytes = 128;
    private static readonly ReplicaSet s_oneVoucher = ReplicaSet.Of(new ReplicaId(1));

    private readonly ArrayBufferWriter<byte> _output = new(64 << 10);
    private readonly CodecLimits _limits = CodecLimits.For(
        new ReplicaSettings { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(BenchKeys.Replicas, 1) });

    private BenchKeys _keys = null!;
    private Request[] _requests = null!;
    private Batch _batch = null!;
    private PeerMessage _write = null!, _propose = null!;
    private ClientMessage _submit = null!, _reply = null!;
    private LogRecord _voted = null!;
    private byte[] _writeBytes = null!, _proposeBytes = null!, _votedBytes = null!;
    private byte[] _submitBytes = null!, _replyBytes = null!;
    private object? _decoded;

    [GlobalSetup]
    public void SetUp()
    {
        _keys = new BenchKeys();
        SessionRequests sessions = new(_keys, Requests, OperationBytes);
        sessions.Next(); // those that open the sessions
        _requests = sessions.Next();
        _batch = BatchCodec.Create(1_700_000_000_000_000, 7, _requests);
        Vote vote = new(new Regency(3), _batch.Digest);
        _write = new Write(vote.Regency, new Instance(1_000_000), vote.Value);
        _propose = new Propose(vote.Regency, new Instance(1_000_000), _batch);
        _submit = new Submit(_requests[0]);
        _reply = new Reply(41, 1_000, vote.Regency, ReplyStatus.Ok, IsDigest: false, new byte[OperationBytes])
        {
            Vouchers = new Vouchers(s_oneVoucher, new byte[Request.MacBytes]),
        };
        _voted = new WriteVoted(new Instance(1_000_000), vote, _batch);
        _writeBytes = Encoded(() => PeerMessageCodec.Encode(_write, _output));
        _proposeBytes = Encoded(() => PeerMessageCodec.Encode(_propose, _output));
        _submitBytes = Encoded(() => ClientMessageCodec.Encode(_submit, _output));
        _replyBytes = Encoded(() => ClientMessageCodec.Encode(_reply, _output));
        _votedBytes = Encoded(() => LogRecordCodec.Encode(_voted, _output));
    }

    [GlobalCleanup]
    public void CleanUp() => _keys.Dispose();

    [Benchmark]
    public void EncodeWrite() => Encode(_write);

    [Benchmark]
    public void DecodeWrite() => DecodePeer(_writeBytes);

    [Benchmark]
    public void EncodePropose() => Encode(_propose);

    [Benchmark]
    public void DecodePropose() => DecodePeer(_proposeBytes);

    [Benchmark]
    public void CreateBatch() => _decoded = BatchCodec.Create(1_700_000_000_000_000, 7, _requests);

    [Benchmark]
    public void CreateRequest()
    {
        Request like = _requests[0];
        Request made = RequestCodec.Create(
            like.Session, like.Sequence, like.Kind, like.Repliers, like.FullReplier, like.Operation);
        _decoded = RequestCodec.Authenticate(made, _keys.Client, BenchKeys.Replicas, macs: true, signature: false);
    }

    [Benchmark]
    public void EncodeSubmit() => Encode(_submit);

    [Benchmark]
    public void DecodeSubmit() => DecodeClient(_submitBytes);

    [Benchmark]
    public void EncodeReply() => Encode(_reply);

    [Benchmark]
    public void DecodeReply() => DecodeClient(_replyBytes);

    [Benchmark]
    public void EncodeVoteForLog()
    {
        _output.ResetWrittenCount();
        LogRecordCodec.Encode(_voted, _output);
    }

    [Benchmark]
    public void DecodeVoteFromLog()
    {
        if (!LogRecordCodec.TryDecode(_votedBytes, _limits, out LogRecord? record)) throw Refused();
        _decoded = record;
    }

    private void Encode(PeerMessage message)
    {
        _output.ResetWrittenCount();
        PeerMessageCodec.Encode(message, _output);
    }

    private void Encode(ClientMessage message)
    {
        _output.ResetWrittenCount();
        ClientMessageCodec.Encode(message, _output);
    }

    private void DecodePeer(byte[] bytes)
    {
        if (!PeerMessageCodec.TryDecode(bytes, _limits, out PeerMessage? message)) throw Refused();
        _decoded = message;
    }

    private void DecodeClient(byte[] bytes)
    {
        if (!ClientMessageCodec.TryDecode(bytes, _limits, out ClientMessage? message)) throw Refused();
        _decoded = message;
    }

    private byte[] Encoded(Action encode)
    {
        _output.ResetWrittenCount();
        encode();
        return _output.WrittenSpan.ToArray();
    }

    private static InvalidOperationException Refused() => new("A decoder refused what its encoder wrote.");
}
