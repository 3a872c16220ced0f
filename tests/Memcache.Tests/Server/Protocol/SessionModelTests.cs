using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Memcache.Tests.Server.Protocol;

/// <summary>Sessions and the store beneath them against a model, under pressure, and with slow clients.</summary>
public class SessionModelTests
{
    [Property(MaxTest = 150)]
    public Property Replies_as_the_model_does_however_the_input_is_cut() =>
        Prop.ForAll(CacheStep.Generator.ArrayOf().Resize(80).ToArbitrary(), static steps =>
            Assert.Null(SessionRuns.AsTheModel(steps, steps.Length)));

    [Theory]
    [InlineData("model", 20)]
    [InlineData("pressure", 6)]
    [InlineData("slow readers", 6)]
    [InlineData("no evictions", 3)]
    [InlineData("many keys", 1)]
    [InlineData("a day", 1)]
    public void Promises_are_kept(string run, int seeds)
    {
        for (int seed = 1; seed <= seeds; seed++)
        {
            string? broken = SessionRuns.Play(run, seed);
            Assert.True(broken is null, $"seed {seed} of '{run}': {broken}");
        }
    }
}
