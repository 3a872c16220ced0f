using BftCloud.Primitives;
using BftCloud.Simulation;
using DepSky.Client;
using DepSky.Coding;
using DepSky.Protocol;

namespace DepSky.Tests.Simulation;

/// <summary>
/// One run from a seed: writers one after the other, each of which may be killed at any step, and readers beside them,
/// over clouds of which f are faulty. What every operation saw goes to a
/// <see cref="RegularRegister"/>.
/// </summary>
internal sealed class Simulation
{
    private const int SegmentBytes = SegmentShape.SegmentBytesMin;
    private const string Unit = "unit";
    private const long RetentionMicros = 12_000_000;
    private const long CallTimeoutMicros = 5_000_000;
    private const long UsualMicros = 20_000;
    private const long EndMicros = 3_600_000_000;
    private const int EventsMax = 10_000_000;
    private static readonly CloudBehaviour[] Faults =
        [.. Enum.GetValues<CloudBehaviour>().Where(b => b != CloudBehaviour.Correct)];

    private readonly World _world;
    private readonly SimulationFaults _mutations;
    private readonly CloudQuorums _quorums;
    private readonly DataProtection _protection;
    private readonly SimulatedCloud[] _clouds;
    private readonly KeyPair _writer;
    private readonly UnitLayout _layout = new(Unit);
    private readonly SegmentPool _pool;
    private readonly int _writes;
    private readonly bool _mayFail, _collects;
    private int _writersLeft, _readersLeft;
    private bool _isHealed;

    /// <param name="seed">Decides everything.</param>
    /// <param name="mutations">Planted bugs.</param>
    /// <param name="writes">How many versions are written.</param>
    /// <param name="faults">What faulty clouds do; drawn from all that they can, if null.</param>
    /// <param name="collects">Whether superseded versions are collected, and readers take their time.</param>
    public Simulation(
        int seed, SimulationFaults mutations, int writes = 6, CloudBehaviour[]? faults = null, bool collects = false)
    {
        _collects = collects;
        _world = new World((ulong)seed, traceLines: 0, static subject => subject.ToString()!);
        _mutations = mutations;
        int faulty = Random.Next(4) == 0 ? 2 : 1;
        int count = 3 * faulty + 1 + (Random.Next(5) == 0 ? 1 : 0);
        _quorums = mutations.Quorums(count, faulty);
        _protection = Random.Next(3) == 0 ? DataProtection.Replicated : DataProtection.Confidential;
        HashSet<int> bad = [.. Shuffled(count).Take(faulty + mutations.MoreFaulty)];
        CloudBehaviour[] repertoire = faults ?? [.. Faults.Where(_ => Random.Next(2) == 0)];
        // With outages of correct clouds operations may fail, but those that do not must be right all the same.
        _mayFail = Random.Next(3) == 0;
        _clouds = [.. Enumerable.Range(0, count).Select(i => new SimulatedCloud(
            i, _world, Random.Fork("cloud", i), bad.Contains(i) ? repertoire : [], _mayFail))];
        _writer = KeyPair.FromSeed(NextBytes(32));
        _pool = new SegmentPool(SegmentCipher.BufferBytes(_protection, _quorums, SegmentBytes), 4);
        _writes = writes;
        Register = new RegularRegister();
    }

    public RegularRegister Register { get; }

    public ulong TraceHash => _world.Trace.Hash;

    /// <summary>How many attempts were collected.</summary>
    public int Collected { get; private set; }

    /// <summary>What did not end though at most f clouds were faulty, if anything.</summary>
    public string? Stuck { get; private set; }

    public void Run()
    {
        _writersLeft = _writes;
        _readersLeft = 3 * _writes;
        StartWriter();
        for (int i = 0; i < 2; i++) After(300, StartReader);
        if (_collects) StartCollector();
        _world.RunUntil(EndMicros, () => _writersLeft == 0 && _readersLeft == 0, EventsMax);
        // Then all is well but for the f faulty clouds, and a last read must come to an end, and be right.
        foreach (SimulatedCloud cloud in _clouds) cloud.Heal();
        _isHealed = true;
        _readersLeft++;
        StartReader();
        _world.RunUntil(_world.NowMicros + EndMicros, () => _readersLeft == 0, EventsMax);
        if (_writersLeft > 0 || _readersLeft > 0) Stuck = $"{_writersLeft} writes and {_readersLeft} reads never ended";
    }

    private SimulationRandom Random => _world.Random;

    /// <summary>Within so many milliseconds.</summary>
    private void After(int msMax, Action happens) => _world.After(Random.Between(0, 1000L * msMax), happens);

    private int[] Shuffled(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        Random.Shuffle(order);
        return order;
    }

    private byte[] NextBytes(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)Random.Next(256);
        return bytes;
    }

    private CloudOrder NextOrder() => new(Shuffled(_clouds.Length), UsualMicros);

    private void StartWriter()
    {
        byte[] content = NextBytes(Random.Next(3 * SegmentBytes));
        bool mayBeKilled = Random.Next(3) == 0;
        UInt128 attempt = Random.NextUInt64();
        byte[] key = NextBytes(32), coefficients = NextBytes(32 * (_quorums.OneCorrect - 1));
        Memory<byte>[] shares = [.. _clouds.Select(_ => new Memory<byte>(new byte[32]))];
        SecretSharing.Split(key, _quorums.OneCorrect, coefficients, shares);
        bool isConfidential = _protection == DataProtection.Confidential;
        WriteRequest request = new()
        {
            Layout = _layout,
            Quorums = _quorums,
            Protection = _protection,
            Writer = _writer,
            Attempt = attempt,
            SegmentBytes = SegmentBytes,
            Shares = isConfidential ? [.. shares.Select(s => (ReadOnlyMemory<byte>)s)] : null,
        };
        WriteCore core = new(request, NextOrder(), CallTimeoutMicros);
        SimulatedOperation operation =
            new(_world, core, _clouds, _mutations) { KillAtEffect = mayBeKilled ? 1 + Random.Next(60) : null };
        int index = Register.BeginWrite(_world.NowMicros, content);
        operation.Ended = () =>
        {
            if (core is { IsDone: true, Failure: null })
                Register.EndWrite(index, _world.NowMicros, core.Written!.Id.Version);
            else if (core.IsDone && !_mayFail)
                Register.Fail(
                    $"write {index} failed: {core.Failure!.What}: {string.Join(", ", core.Failure.Problems)}");
            _writersLeft--;
            if (_writersLeft > 0) After(_collects ? 4000 : 200, StartWriter);
        };
        operation.Give(StartInput.Instance);
        Encode(operation, attempt, key, content);
    }

    private void Encode(SimulatedOperation operation, UInt128 attempt, byte[] key, byte[] content)
    {
        using SegmentCipher cipher =
            new(_protection, _quorums, Unit, attempt, _protection == DataProtection.Confidential ? key : []);
        for (int segment = 0; segment == 0 || segment * SegmentBytes < content.Length; segment++)
        {
            ReadOnlySpan<byte> part =
                content.AsSpan(segment * SegmentBytes, Math.Min(SegmentBytes, content.Length - segment * SegmentBytes));
            SegmentBuffer buffer =
                _pool.Rent(SegmentShape.BlockBytes(_protection, _quorums.BlocksNeeded(_protection), part.Length));
            part.CopyTo(buffer.Memory.Span);
            IReadOnlyList<Digest> digests = cipher.Encode(segment, buffer, part.Length);
            for (int cloud = 0; cloud < _clouds.Length; cloud++)
                operation.Blocks[(segment, cloud)] = buffer.Block(cipher.Place(cloud)).ToArray();
            buffer.Release();
            operation.Give(new SegmentEncodedInput(digests));
        }
        operation.Give(new ContentEndedInput(content.Length));
    }

    private void StartReader()
    {
        ReadRequest request = new()
        {
            Layout = _layout,
            Quorums = _quorums,
            Writer = _writer.PublicKey,
            SegmentsAhead = 2,
            RetentionMicros = RetentionMicros,
            Reader = Random.NextUInt64(),
        };
        ReadCore core = new(request, NextOrder(), CallTimeoutMicros);
        SimulatedOperation operation = new(_world, core, _clouds, _mutations);
        long startedMicros = _world.NowMicros;
        List<byte> bytes = [];
        string? undecodable = null;
        operation.Perform = effect =>
        {
            if (effect is not SegmentFetchedEffect fetched) return;
            try
            {
                bytes.AddRange(Decode(core, operation, fetched.Segment, fetched.Blocks));
            }
            catch (DepSkyException e)
            {
                undecodable = e.Message;
            }
            if (_collects) After(8000, () => operation.Give(SegmentTakenInput.Instance));
            else operation.Give(SegmentTakenInput.Instance);
        };
        operation.Ended = () =>
        {
            if (core.Failure is not null)
            {
                string problems = string.Join(", ", core.Failure.Problems);
                if (!_mayFail || _isHealed) Register.Fail($"a read failed: {core.Failure.What}: {problems}");
            }
            else if (undecodable is not null) Register.Fail($"a read gave what cannot be decrypted: {undecodable}");
            else Register.Read(
                startedMicros, _world.NowMicros, core.Metadata?.Id.Version, core.Metadata is null ? null : [.. bytes]);
            _readersLeft--;
            if (_readersLeft > 1) After(200, StartReader);
        };
        operation.Give(StartInput.Instance);
    }

    private void StartCollector()
    {
        long retentionMicros = _mutations.IgnoresRetention ? 0 : RetentionMicros;
        CollectCore core = new(_layout, _quorums, _writer.PublicKey, retentionMicros, CallTimeoutMicros);
        SimulatedOperation operation = new(_world, core, _clouds, _mutations);
        operation.Ended = () =>
        {
            Collected += core.Garbage.Count;
            foreach (SimulatedCloud cloud in _clouds)
            {
                foreach (VersionId id in core.Garbage) After(500, () => cloud.DeleteAttempt(_layout, id));
            }
            if (_writersLeft > 0 || _readersLeft > 0)
                _world.After(Random.Between(3_000_000, 6_000_000), StartCollector);
        };
        operation.Give(StartInput.Instance);
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
