using System.Numerics;
using DepSky.Protocol;
using Xunit.Abstractions;

namespace DepSky.Tests.Protocol;

/// <summary>
/// All orders in which answers can come, and all that one lying cloud can do about each call, explored exhaustively: a
/// state that was reached before, as its fingerprint says, is not gone on from again.
/// </summary>
public sealed class ExplorationTests
{
    private readonly ITestOutputHelper _output;

    /// <summary>Clouds that have attempt 1, complete; one of them will lie.</summary>
    private readonly ExploredClouds _clouds = new(liar: 1);

    public ExplorationTests(ITestOutputHelper output)
    {
        _output = output;
        new ExploredScene(_clouds).BeginWrite(attempt: 1).Finish();
    }

    [Fact]
    public void A_writer_numbers_higher_than_what_is_complete_in_all_orders_of_answers() =>
        Explore(BeginWrite, static scene =>
        {
            if (scene.Operation.Number is VersionId id) Assert.Equal(new ObjectVersion(0, 2), id.Version);
        }, static scene => scene.Operation.Number is not null);

    [Fact]
    public void A_write_that_stops_in_any_state_leaves_the_old_version_or_the_new_one_whole()
    {
        HashSet<(ulong, bool)> left = [];
        Explore(() => Lead(BeginWrite(), scene => scene.Operation.Number is not null), scene =>
        {
            VersionId id = scene.Operation.Number!.Value;
            Assert.True(!scene.IsVisible(id) || scene.HonestHolders(id) >= 2, "a version is seen that cannot be read");
            Assert.Null(scene.Core.Failure);
            bool isComplete = scene.Operation.IsOver;
            if (isComplete) Assert.Equal(3, BitOperations.PopCount(scene.Operation.Segments.Single().Blocks));
            if (!left.Add((StateFingerprint.Of(scene.Clouds), isComplete))) return;
            foreach (Deviation deviation in Enum.GetValues<Deviation>())
            {
                ExploredOperation read = scene.BeginRead();
                while (!read.IsOver)
                    read.Take(read.Choices.Last(c => c.Deviation is Deviation.None || c.Deviation == deviation));
                int attempt = scene.AttemptRead();
                Assert.True(isComplete ? attempt == 2 : attempt is 1 or 2, $"attempt {attempt} was read");
            }
        }, static scene => scene.Operation.IsOver);
        _output.WriteLine($"{left.Count} states of the clouds");
    }

    [Fact]
    public void A_read_finds_the_last_complete_version_in_all_orders_of_answers() =>
        Explore(BeginRead, static scene =>
        {
            if (!IsFound(scene)) return;
            scene.Operation.Finish();
            Assert.Equal(1, scene.AttemptRead());
        }, IsFound);

    [Fact]
    public void A_read_returns_a_version_whole_in_all_orders_of_answers() =>
        Explore(() => Lead(BeginRead(), IsFound), static scene =>
        {
            if (scene.Operation.IsOver) Assert.Equal(1, scene.AttemptRead());
        }, static scene => scene.Operation.IsOver);

    private static bool IsFound(ExploredScene scene) => ((ReadCore)scene.Core).Metadata is not null;

    private ExploredScene BeginWrite()
    {
        ExploredScene scene = new(new ExploredClouds(_clouds));
        scene.BeginWrite(attempt: 2);
        return scene;
    }

    private ExploredScene BeginRead()
    {
        ExploredScene scene = new(new ExploredClouds(_clouds));
        scene.BeginRead();
        return scene;
    }

    /// <summary>By the first choice each time, so far that it is where exploring begins.</summary>
    private static ExploredScene Lead(ExploredScene scene, Func<ExploredScene, bool> isThere)
    {
        while (!isThere(scene)) scene.Operation.Take(scene.Operation.Choices.First());
        return scene;
    }

    /// <summary>Goes on from every state with every choice, until the end.</summary>
    private void Explore(Func<ExploredScene> begin, Action<ExploredScene> check, Func<ExploredScene, bool> isEnd)
    {
        HashSet<ulong> seen = [];
        Stack<Choice[]> paths = new([[]]);
        int steps = 0;
        while (paths.TryPop(out Choice[]? path))
        {
            // A core cannot be copied; it is led to the state again.
            ExploredScene scene = begin();
            foreach (Choice choice in path) scene.Operation.Take(choice);
            steps++;
            if (!seen.Add(StateFingerprint.Of(scene.Operation))) continue;
            Choice[] next = isEnd(scene) ? [] : [.. scene.Operation.Choices];
            Assert.True(isEnd(scene) || next.Length > 0, "neither at the end nor waiting for anything");
            foreach (Choice choice in next) paths.Push([.. path, choice]);
            check(scene);
        }
        _output.WriteLine($"{seen.Count} states, {steps} steps");
    }
}
