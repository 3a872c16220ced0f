using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;

namespace BftSmr.Tests.Ordering.ModSmart.Consensus;

public sealed class VoteBookTests
{
    private const int Replicas = 7;

    private static readonly Digest[] Values = [Digest.Of("a"u8), Digest.Of("b"u8), Digest.Of("c"u8)];

    /// <summary>
    /// For any votes in any order, the book says what a plain table of each replica's latest vote says.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_says_what_a_table_of_latest_votes_says(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 2_000; round++)
        {
            VoteBook book = new();
            Vote?[] table = new Vote?[Replicas];
            for (int step = 0; step < 30; step++)
            {
                int from = random.Next(Replicas);
                Vote vote = new(new Regency(random.Next(4)), Values[random.Next(Values.Length)]);
                bool isTaken = table[from] is not { } before || vote == before || vote.Regency > before.Regency;
                if (isTaken) table[from] = vote;
                Assert.Equal(isTaken, book.TryRecord(new ReplicaId(from), vote));
                AssertSame(table, book);
            }
        }
    }

    [Fact]
    public void A_vote_that_all_have_left_and_others_come_back_to_is_counted()
    {
        Vote early = new(new Regency(0), Values[0]);
        Vote late = new(new Regency(1), Values[1]);
        VoteBook book = new();
        book.TryRecord(new ReplicaId(0), early);
        book.TryRecord(new ReplicaId(1), new Vote(new Regency(0), Values[2]));
        for (int i = 2; i >= 0; i--) book.TryRecord(new ReplicaId(i), late);
        book.TryRecord(new ReplicaId(3), early);
        Assert.Equal(1, book.Count(early));
    }

    private static void AssertSame(Vote?[] table, VoteBook book)
    {
        for (int i = 0; i < Replicas; i++) Assert.Equal(table[i], book.Of(new ReplicaId(i)));
        for (int regency = 0; regency < 4; regency++)
        {
            foreach (Digest value in Values)
            {
                Vote vote = new(new Regency(regency), value);
                Assert.Equal(table.Count(v => v == vote), book.Count(vote));
            }
            AssertQuorum(table.Where(v => v?.Regency.Value == regency), book.QuorumOf(4, new Regency(regency)));
        }
        AssertQuorum(table, book.QuorumOf(4));
    }

    private static void AssertQuorum(IEnumerable<Vote?> votes, Vote? found) =>
        Assert.Equal(votes.Where(v => v is not null).GroupBy(v => v).SingleOrDefault(g => g.Count() >= 4)?.Key, found);
}
