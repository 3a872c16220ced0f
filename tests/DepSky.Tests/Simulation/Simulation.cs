using System.Security.Cryptography;
using BftCloud.Primitives;
using DepSky.Client;
using DepSky.Coding;
using DepSky.Protocol;

namespace DepSky.Tests.Simulation;

/// <summary>
/// One run from a seed: writers one after the other, each of which may be killed at any step, and readers beside them, over clouds of which f are faulty. What every operation saw goes to a
/// <see cref="RegularRegister"/>.
/// </summary>
internal sealed class Simulation
{
    private const int SegmentBytes = SegmentShape.SegmentBytesMin;
    private const string Unit = "unit";
    private const long RetentionMs = 12_000;
    private static readonly CloudBehaviour[] Faults = [.. Enum.GetValues<CloudBehaviour>().Where(b => b != CloudBehaviour.Correct)];

    private readonly VirtualTime _time = new();
    private readonly Random _random;
    private readonly SimulationFaults _mutations;
    private readonly CloudQuorums _quorums;
    private readonly DataProtection _protection;
    private readonly SimulatedCloud[] _clouds;
    private readonly KeyPair _writer;
    private readonly UnitLayout _layout = new(Unit);
    private readonly SegmentPool _pool;
    private readonly IncrementalHash _trace = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly int _writes;
    private readonly bool _mayFail, _collects;
    private int _writersLeft, _readersLeft;
    private bool _isHealed;

    /// <param name="seed">Decides everything.</param>
    /// <param name="mutations">Planted bugs.</param>
    /// <param name="writes">How many versions are written.</param>
    /// <param name="faults">What faulty clouds do; drawn from all that they can, if null.</param>
    /// <param name="collects">Whether superseded versions are collected, and readers take their time.</param>
    public Simulation(int seed, SimulationFaults mutations, int writes = 6, CloudBehaviour[]? faults = null, bool collects = false)
    {
        _collects = collects;
        _random = new Random(seed);
        _mutations = mutations;
        int faulty = _random.Next(4) == 0 ? 2 : 1;
        int count = 3 * faulty + 1 + (_random.Next(5) == 0 ? 1 : 0);
        _quorums = mutations.Quorums(count, faulty);
        _protection = _random.Next(3) == 0 ? DataProtection.Replicated : DataProtection.Confidential;
        HashSet<int> bad = [.. Enumerable.Range(0, count).OrderBy(_ => _random.Next()).Take(faulty + mutations.MoreFaulty)];
        CloudBehaviour[] repertoire = faults ?? [.. Faults.Where(_ => _random.Next(2) == 0)];
        // With outages of correct clouds operations may fail, but those that do not must be right all the same.
        _mayFail = _random.Next(3) == 0;
        _clouds = [.. Enumerable.Range(0, count).Select(i => new SimulatedCloud(i, _time, new Random(_random.Next()), bad.Contains(i) ? repertoire : [], _mayFail))];
        byte[] secret = new byte[32];
        _random.NextBytes(secret);
        _writer = KeyPair.FromSeed(secret);
        _pool = new SegmentPool(SegmentCipher.BufferBytes(_protection, _quorums, SegmentBytes), 4);
        _writes = writes;
        Register = new RegularRegister();
    }

    public RegularRegister Register { get; }

    public string TraceHash { get; private set; } = "";

    /// <summary>How many attempts were collected.</summary>
    public int Collected { get; private set; }

    /// <summary>What did not end though at most f clouds were faulty, if anything.</summary>
    public string? Stuck { get; private set; }

    public void Run()
    {
        _writersLeft = _writes;
        _readersLeft = 3 * _writes;
        StartWriter();
        for (int i = 0; i < 2; i++) _time.After(_random.Next(300), StartReader);
        if (_collects) StartCollector();
        long end = _time.NowMs + 3_600_000;
        while (_time.NowMs < end && (_writersLeft > 0 || _readersLeft > 0) && _time.Step())
        {
        }
        // Then all is well but for the f faulty clouds, and a last read must come to an end, and be right.
        foreach (SimulatedCloud cloud in _clouds) cloud.Heal();
        _isHealed = true;
        _readersLeft++;
        StartReader();
        while (_time.NowMs < end && _readersLeft > 0 && _time.Step())
        {
        }
        if (_writersLeft > 0 || _readersLeft > 0) Stuck = $"{_writersLeft} writes and {_readersLeft} reads never ended";
        TraceHash = Convert.ToHexString(_trace.GetHashAndReset());
    }

    private void Trace(string line) => _trace.AppendData(System.Text.Encoding.UTF8.GetBytes(line + "\n"));

    private void StartWriter()
    {
        byte[] content = new byte[_random.Next(3 * SegmentBytes)];
        _random.NextBytes(content);
        bool mayBeKilled = _random.Next(3) == 0;
        SimulatedOperation operation = new(_time, _clouds, _mutations, Trace) { KillAtStep = mayBeKilled ? 1 + _random.Next(60) : null };
        UInt128 attempt = (UInt128)(ulong)_random.NextInt64();
        byte[] key = new byte[32], coefficients = new byte[32 * (_quorums.OneCorrect - 1)];
        _random.NextBytes(key);
        _random.NextBytes(coefficients);
        Memory<byte>[] shares = [.. _clouds.Select(_ => new Memory<byte>(new byte[32]))];
        SecretSharing.Split(key, _quorums.OneCorrect, coefficients, shares);
        bool isConfidential = _protection == DataProtection.Confidential;
        WriteRequest request = new()
        {
            Layout = _layout, Quorums = _quorums, Protection = _protection, Writer = _writer, Attempt = attempt, SegmentBytes = SegmentBytes,
            Shares = isConfidential ? [.. shares.Select(s => (ReadOnlyMemory<byte>)s)] : null,
        };
        WriteCore core = new(operation.Exchange, request, new CloudOrder(Enumerable.Range(0, _clouds.Length).OrderBy(_ => _random.Next()), 20));
        int index = Register.BeginWrite(_time.NowMs, content);
        operation.IsDone = () => core.IsDone;
        operation.Ended = () =>
        {
            if (core is { IsDone: true, Failure: null }) Register.EndWrite(index, _time.NowMs, core.Written!.Id.Version);
            else if (core.IsDone && !_mayFail) Register.Fail($"write {index} failed: {core.Failure!.What}: {string.Join(", ", core.Failure.Problems)}");
            _writersLeft--;
            if (_writersLeft > 0) _time.After(_random.Next(_collects ? 4000 : 200), StartWriter);
        };
        core.Start();
        Encode(core, operation, attempt, key, content);
        operation.Drain();
    }

    private void Encode(WriteCore core, SimulatedOperation operation, UInt128 attempt, byte[] key, byte[] content)
    {
        using SegmentCipher cipher = new(_protection, _quorums, Unit, attempt, _protection == DataProtection.Confidential ? key : []);
        for (int segment = 0; segment == 0 || segment * SegmentBytes < content.Length; segment++)
        {
            ReadOnlySpan<byte> part = content.AsSpan(segment * SegmentBytes, Math.Min(SegmentBytes, content.Length - segment * SegmentBytes));
            SegmentBuffer buffer = _pool.Rent(SegmentShape.BlockBytes(_protection, _quorums.BlocksNeeded(_protection), part.Length));
            part.CopyTo(buffer.Memory.Span);
            IReadOnlyList<Digest> digests = cipher.Encode(segment, buffer, part.Length);
            for (int cloud = 0; cloud < _clouds.Length; cloud++) operation.Blocks[(segment, cloud)] = buffer.Block(cipher.Place(cloud)).ToArray();
            buffer.Release();
            core.AddSegment(digests);
        }
        core.EndContent(content.Length);
    }

    private void StartReader()
    {
        SimulatedOperation operation = new(_time, _clouds, _mutations, Trace);
        ReadRequest request = new() { Layout = _layout, Quorums = _quorums, Writer = _writer.PublicKey, SegmentsAhead = 2, RetentionMs = RetentionMs, Reader = (UInt128)(ulong)_random.NextInt64() };
        ReadCore core = new(operation.Exchange, request, new CloudOrder(Enumerable.Range(0, _clouds.Length).OrderBy(_ => _random.Next()), 20));
        long startedMs = _time.NowMs;
        List<byte> bytes = [];
        string? undecodable = null;
        core.SegmentFetched += (segment, blocks) =>
        {
            try
            {
                bytes.AddRange(Decode(core, operation, segment, blocks));
            }
            catch (DepSkyException e)
            {
                undecodable = e.Message;
            }
            if (!_collects)
            {
                core.SegmentTaken();
                return;
            }
            _time.After(_random.Next(8000), () =>
            {
                operation.Exchange.AdvanceTo(_time.NowMs);
                core.SegmentTaken();
                operation.Drain();
            });
        };
        operation.IsDone = () => core.IsDone;
        operation.Ended = () =>
        {
            if (core.Failure is not null)
            {
                if (!_mayFail || _isHealed) Register.Fail($"a read failed: {core.Failure.What}: {string.Join(", ", core.Failure.Problems)}");
            }
            else if (undecodable is not null) Register.Fail($"a read gave what cannot be decrypted: {undecodable}");
            else Register.Read(startedMs, _time.NowMs, core.Metadata?.Id.Version, core.Metadata is null ? null : [.. bytes]);
            _readersLeft--;
            if (_readersLeft > 1) _time.After(_random.Next(200), StartReader);
        };
        core.Start();
        operation.Drain();
    }

    private void StartCollector()
    {
        SimulatedOperation operation = new(_time, _clouds, _mutations, Trace);
        CollectCore core = new(operation.Exchange, _layout, _quorums, _writer.PublicKey, _mutations.IgnoresRetention ? 0 : RetentionMs, static _ => { });
        operation.IsDone = () => core.IsDone;
        operation.Ended = () =>
        {
            Collected += core.Garbage.Count;
            foreach (SimulatedCloud cloud in _clouds)
            {
                foreach (VersionId id in core.Garbage) _time.After(_random.Next(500), () => cloud.DeleteAttempt(_layout, id));
            }
            if (_writersLeft > 0 || _readersLeft > 0) _time.After(3000 + _random.Next(3000), StartCollector);
        };
        core.Start();
        operation.Drain();
    }

    private byte[] Decode(ReadCore core, SimulatedOperation operation, int segment, ushort blocks)
    {
        ObjectMetadata metadata = core.Metadata!;
        byte[] key = metadata.ShareDigests.Count > 0 ? VersionKey.Combine(_quorums, null, core.Shares!) : [];
        using SegmentCipher cipher = new(metadata.Protection, _quorums, Unit, metadata.Data.Attempt, key);
        SegmentBuffer buffer = _pool.Rent(metadata.BlockBytes(segment));
        for (int cloud = 0; cloud < _clouds.Length; cloud++)
        {
            if ((blocks >> cloud & 1) != 0) operation.Blocks[(segment, cloud)].CopyTo(buffer.Block(cloud));
        }
        buffer = cipher.Decode(segment, buffer, blocks, metadata.ContentBytes(segment), _pool);
        byte[] content = buffer.Memory[..metadata.ContentBytes(segment)].ToArray();
        buffer.Release();
        return content;
    }
}
