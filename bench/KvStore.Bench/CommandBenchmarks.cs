using System.Buffers;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using BftSmr;
using KvStore.Client;

namespace KvStore.Bench;

/// <summary>
/// Commands on the store's state machine, by batches of 64 as they are decided, and queries. They work on 64 keys among
/// 1,000, with values of 64 bytes, which are there already.
/// </summary>
public class CommandBenchmarks
{
    private const int Keys = 1_000;
    private const int Batch = 64;
    private const int ValueBytes = 64;

    private readonly ArrayBufferWriter<byte> _answer = new(64 << 10);
    private KvStateMachine _store = null!;
    private RecordingService _service = null!;
    private Command[] _puts = null!, _increments = null!, _comparisons = null!, _transactions = null!;
    private byte[] _get = null!, _list = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _store = new KvStateMachine();
        _service = new RecordingService(_store);
        KvClient client = new(_service);
        byte[] value = new byte[ValueBytes];
        for (int i = 0; i < Keys; i++) Finish(client.PutAsync(Key(i), value));
        _puts = Record(i => Finish(client.PutAsync(Key(i), value)));
        _increments = Record(i => Finish(client.IncrementAsync($"counter {i}")));
        _comparisons = Record(i => Finish(client.CompareAndSetAsync(Key(i), KvExpectation.Value(value), value)));
        _transactions = Record(i => Finish(client.ExecuteAsync(
            new KvBatch().Require(Key(i), KvExpectation.Value(value)).Get(Key(i + 1)).Put(Key(i), value))));
        _get = Record(_ => Finish(client.GetAsync(Key(7))))[0].Operation.ToArray();
        _list = Record(_ => List(client))[0].Operation.ToArray();
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Put() => _service.Execute(_puts);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Increment() => _service.Execute(_increments);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void CompareAndSet() => _service.Execute(_comparisons);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Transaction() => _service.Execute(_transactions);

    [Benchmark]
    public void Get() => Query(_get);

    [Benchmark]
    public void List100() => Query(_list);

    private void Query(byte[] query)
    {
        _answer.ResetWrittenCount();
        _store.Query(query, RecordingService.AsOf(1), _answer);
        if (_answer.WrittenCount == 0) throw new InvalidOperationException("The store answered nothing.");
    }

    /// <summary>The commands, one for each index, that the client sends.</summary>
    private Command[] Record(Action<int> send)
    {
        _service.Operations.Clear();
        for (int i = 0; i < Batch; i++) send(i);
        return [.. _service.Operations.Take(Batch).Select(RecordingService.CommandOf)];
    }

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"key {i:d12}");

    private static void Finish<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void List(KvClient client)
    {
        IAsyncEnumerator<KvPair> pairs = client.ListAsync("key 0000000000").GetAsyncEnumerator();
        Finish(pairs.MoveNextAsync().AsTask());
    }
}
