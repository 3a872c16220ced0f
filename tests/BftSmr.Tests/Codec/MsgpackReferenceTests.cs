using System.Text.Json.Nodes;
using BftSmr.Messages;

namespace BftSmr.Tests.Codec;

public sealed class MsgpackReferenceTests(MsgpackReference reference) : IClassFixture<MsgpackReference>
{
    [Fact]
    public async Task Another_implementation_of_MessagePack_reads_what_we_write_and_writes_what_we_read()
    {
        List<(string Name, JsonNode Tree, byte[] Bytes)> cases = [];
        for (int seed = 0; seed < 30; seed++)
        {
            RandomMessages messages = new(seed, 2 * seed);
            cases.AddRange(
                messages.EveryPeerMessage()
                    .Select(m => ($"{m.GetType().Name}, seed {seed}", MessageTree.Of(m), Wire.Encode(m))));
            cases.AddRange(
                messages.EveryClientMessage()
                    .Select(m => ($"{m.GetType().Name}, seed {seed}", MessageTree.Of(m), Wire.Encode(m))));
            cases.AddRange(
                messages.EveryLogRecord()
                    .Select(r => ($"{r.GetType().Name}, seed {seed}", MessageTree.Of(r), Wire.Encode(r))));
            Request request = messages.Request();
            cases.Add(($"body, seed {seed}", MessageTree.Body(request), request.Body.ToArray()));
        }

        string[] answers = await reference.AnswerAsync(
            cases.Select(static c => new JsonObject
            {
                ["tree"] = c.Tree.DeepClone(),
                ["hex"] = Convert.ToHexStringLower(c.Bytes),
            }.ToJsonString()));

        Assert.Equal(cases.Count, answers.Length);
        for (int i = 0; i < answers.Length; i++)
        {
            (string name, JsonNode tree, byte[] bytes) = cases[i];
            JsonNode answer = JsonNode.Parse(answers[i])!;
            Assert.True(
                JsonNode.DeepEquals(tree, answer["tree"]),
                $"{name}: what we wrote is read as {answer["tree"]} rather than {tree}");
            Assert.True(
                Convert.ToHexStringLower(bytes) == (string?)answer["hex"],
                $"{name}: {answer["hex"]} is written where we write {Convert.ToHexStringLower(bytes)}");
        }
    }
}
