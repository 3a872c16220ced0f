using System.Buffers;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Abstractions;

/// <summary>A service that saves its whole state at once: what of it a checkpoint has.</summary>
public sealed class SavedBlocksTests
{
    private const int BlockBytes = 64 << 10;

    private readonly Whole _service = new();

    [Fact]
    public void The_first_time_all_blocks_are_given_and_then_those_that_changed()
    {
        _service.State = new byte[3 * BlockBytes + 5];
        Assert.Equal([(0, BlockBytes), (1, BlockBytes), (2, BlockBytes), (3, 5)], Touched());
        Assert.Empty(Touched());
        _service.State[2 * BlockBytes] = 1;
        _service.State[^1] = 1;
        Assert.Equal([(2, BlockBytes), (3, 5)], Touched());
        Assert.Empty(Touched());
        _service.State[BlockBytes - 1] = 7;
        Assert.Equal([(0, BlockBytes)], Touched());
    }

    [Fact]
    public void A_state_that_grows_or_shrinks_touches_its_end()
    {
        _service.State = new byte[2 * BlockBytes];
        Touched();
        _service.State = new byte[2 * BlockBytes + 1];
        Assert.Equal([(2, 1)], Touched());
        _service.State = new byte[BlockBytes - 1];
        Assert.Equal([(0, BlockBytes - 1), (1, -1), (2, -1)], Touched());
        _service.State = [];
        Assert.Equal([(0, -1)], Touched());
        Assert.Empty(Touched());
    }

    [Fact]
    public void A_state_of_nothing_touches_nothing() => Assert.Empty(Touched());

    [Fact]
    public void What_was_frozen_stays_as_it_was()
    {
        _service.State = [1, 2, 3];
        using IStateChanges frozen = ((IStateMachine)_service).Freeze();
        _service.State[0] = 9;
        Assert.True(frozen.TryRead(out StateChange change));
        Assert.Equal([1, 2, 3], change.Value.ToArray());
    }

    /// <summary>Many states, each loaded from the blocks of all before, in a service that had another one.</summary>
    [Fact]
    public void A_state_that_was_loaded_is_the_one_that_was_saved_and_touches_nothing()
    {
        Random random = new(4);
        SortedDictionary<string, string> records = new(StringComparer.Ordinal);
        for (int i = 0; i < 30; i++)
        {
            byte[] state = new byte[random.Next(5 * BlockBytes)];
            _service.State.AsSpan(0, Math.Min(_service.State.Length, state.Length)).CopyTo(state);
            if (state.Length > 0) state[random.Next(state.Length)] ^= 1;
            _service.State = state;
            using (IStateChanges frozen = ((IStateMachine)_service).Freeze())
            {
                while (frozen.TryRead(out StateChange change))
                    new Change(change.Kind, Change.TextOf(change.Key), Change.TextOf(change.Value)).ApplyTo(records);
            }
            Whole other = new() { State = new byte[random.Next(3 * BlockBytes)] };
            using (IStateLoader loader = ((IStateMachine)other).BeginLoad())
            {
                foreach ((string key, string value) in records)
                    loader.Put(Change.BytesOf(key), Change.BytesOf(value));
                loader.Commit();
            }
            Assert.Equal(_service.State, other.State);
            Assert.Empty(Touched(other));
            Assert.Equal(
                ((IStateMachine)_service).StateDigest(), ((IStateMachine)other).StateDigest());
        }
    }

    [Fact]
    public void A_load_that_is_not_committed_leaves_the_service_alone()
    {
        _service.State = [1];
        using (IStateLoader loader = ((IStateMachine)_service).BeginLoad()) loader.Put([0, 0, 0, 0], [2, 3]);
        Assert.Equal([1], _service.State);
    }

    private List<(int Block, int Length)> Touched() => Touched(_service);

    /// <summary>The blocks that a freeze gives, with their lengths; -1 for one that is gone.</summary>
    private static List<(int Block, int Length)> Touched(IStateMachine service)
    {
        List<(int, int)> blocks = [];
        using IStateChanges changes = service.Freeze();
        while (changes.TryRead(out StateChange change))
        {
            int block = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(change.Key);
            blocks.Add((block, change.Kind == StateChangeKind.Remove ? -1 : change.Value.Length));
        }
        return blocks;
    }

    private sealed class Whole : StateMachine
    {
        public byte[] State { get; set; } = [];

        protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply) =>
            throw new NotSupportedException();

        protected override void Save(IBufferWriter<byte> snapshot) => snapshot.Write(State);

        protected override void Load(ReadOnlySpan<byte> snapshot) => State = snapshot.ToArray();
    }
}
