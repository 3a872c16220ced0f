using System.Buffers;
using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;
using KvStore.Tests.StateMachine;

namespace KvStore.Tests;

/// <summary>
/// The store in this process, without a cluster: operations execute one at a time, at the time of a clock; queries see
/// the time of the last operation, as they would in a cluster.
/// </summary>
internal sealed class LocalService(
    TimeProvider? clock = null, long stateBytesMax = KvLimits.StateBytesMaxDefault) : IReplicatedService
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly KvStateMachine _store = new(stateBytesMax);
    private long _instance, _agreedMicros;

    /// <summary>As if four replicas had agreed.</summary>
    public int FaultsMax => 1;

    public int OperationBytesMax { get; set; } = KvLimits.OperationBytesMax;
    public int Invocations { get; private set; }
    public int Queries { get; private set; }

    /// <summary>Thrown instead of executing.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Awaited before executing.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Completed when an operation has arrived.</summary>
    public TaskCompletionSource? Begun { get; set; }

    public async Task<ReadOnlyMemory<byte>> InvokeAsync(
        ReadOnlyMemory<byte> operation, CancellationToken cancellationToken)
    {
        Begun?.TrySetResult();
        await Gate.WaitAsync(cancellationToken);
        await Task.Yield();
        if (Failure is not null) throw Failure;
        Assert.InRange(operation.Length, 1, OperationBytesMax);
        lock (_lock)
        {
            Invocations++;
            long now = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            _agreedMicros = Math.Max(_agreedMicros + 1, now);
            TestReplies replies = new(1);
            Command[] commands = [TestMachine.CommandOf((ulong)_instance + 1, operation)];
            Instance instance = new(++_instance);
            _store.Execute(new CommandBatch(instance, _agreedMicros, (ulong)_instance, commands, replies));
            return replies[0];
        }
    }

    public async Task<ReadOnlyMemory<byte>> QueryAsync(
        ReadOnlyMemory<byte> operation, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        await Task.Yield();
        if (Failure is not null) throw Failure;
        lock (_lock)
        {
            Queries++;
            Assert.InRange(operation.Length, 1, OperationBytesMax);
            ArrayBufferWriter<byte> reply = new();
            _store.Query(operation.Span, TestMachine.AsOf(_agreedMicros), reply);
            CanonicalReader reader = new(reply.WrittenMemory);
            reader.TryReadElement(out _);
            Assert.NotEqual(KvErrorCode.NotAQuery, Op.Read(reader.Rest));
            return reply.WrittenMemory;
        }
    }
}
