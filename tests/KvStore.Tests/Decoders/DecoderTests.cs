using KvStore.Gateway;
using Fuzzing;
using Xunit.Abstractions;

namespace KvStore.Tests.Decoders;

/// <summary>
/// Every decoder of the key-value service against changed and random input, and against what its own encoder writes.
/// </summary>
public sealed class DecoderTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Targets.Select(static target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_decoded_or_refused(string name) => output.WriteLine(Fuzzer.Run(Target(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_encoded_is_decoded_to_the_same(string name) => RoundTrip.Check(Target(name));

    [Fact]
    public void Every_decoder_is_fuzzed() =>
        DecoderInventory.Check(
            [typeof(KvStateMachine).Assembly, typeof(RespServer).Assembly], DecoderList.Of,
            Targets.Select(static target => target.Name));

    private static FuzzTarget Target(string name) => Targets.Single(target => target.Name == name);

    private static IEnumerable<FuzzTarget> Targets => [.. PackTargets.All, .. RespTargets.All];
}
