using BftSmr;
using ReplicatedBank;

namespace BftCloud.Tests.Examples;

/// <summary>The bank of the example: it never makes or loses money, and every replica does the same.</summary>
public sealed class BankServiceTests
{
    private const ClientRights Admin = ClientRights.Read | ClientRights.Write | ClientRights.Admin;

    [Fact]
    public void The_same_commands_lead_to_the_same_snapshot_and_transfers_keep_the_sum()
    {
        ServiceRun one = Opened(), other = Opened(), late = new(new BankService());
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            // Some of them are refused: for too little money, or as an account cannot pay itself.
            int payer = random.Next(1, 3);
            string transfer = Transfer("ab"[payer - 1], "ab"[random.Next(2)], random.Next(1, 60));
            Assert.Equal(one.Execute(payer, transfer), other.Execute(payer, transfer));
            if (i == 100) late.Install(one);
            else if (i > 100) late.Execute(payer, transfer);
        }
        Assert.Equal(one.Snapshot(), other.Snapshot());
        Assert.Equal(one.Snapshot(), late.Snapshot());
        Assert.Equal("200", one.Query(9, """{"$type":"total"}""", ClientRights.Read | ClientRights.Admin));
    }

    [Theory]
    [InlineData("""{"$type":"transfer","From":"a","To":"b","Amount":101}""", "a has 100, too little to pay 101.")]
    [InlineData("""{"$type":"transfer","From":"a","To":"b","Amount":0}""", "An amount is 1 to 1000000000, not 0.")]
    [InlineData("""{"$type":"transfer","From":"a","To":"b","Amount":-5}""", "An amount is 1 to 1000000000, not -5.")]
    [InlineData("""{"$type":"transfer","From":"a","To":"a","Amount":1}""", "a cannot pay itself. Name two accounts.")]
    [InlineData("""{"$type":"transfer","From":"b","To":"a","Amount":1}""", "'b' is not an account of client 1.")]
    [InlineData("""{"$type":"transfer","From":"a","To":"c","Amount":1}""", "There is no account 'c'. Open it.")]
    [InlineData("""{"$type":"deposit","Account":"a","Amount":1}""", "This needs the right 'admin'.")]
    [InlineData("""{"$type":"balance","Account":"a"}""", "This is a query. Send it with QueryAsync.")]
    [InlineData("""{"$type":"transfer","From":"a","Amount":1}""", "This is no operation")]
    [InlineData("""{"$type":"transfer","From":"a","To":null,"Amount":1}""", "This is no operation")]
    [InlineData("""{"$type":"rob"}""", "This is no operation")]
    [InlineData("""{"Amount":1}""", "This is no operation")]
    [InlineData("null", "This is no operation")]
    [InlineData("", "This is no operation")]
    public void A_command_that_is_refused_says_why_and_changes_nothing(string command, string why)
    {
        ServiceRun bank = Opened();
        string before = bank.Snapshot();

        Assert.StartsWith(why, bank.Execute(1, command), StringComparison.Ordinal);
        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void A_client_reads_its_own_statement_and_an_administrator_reads_all()
    {
        ServiceRun bank = Opened();
        const string Statement = """{"$type":"statement","Account":"a"}""";
        Assert.Equal("90", bank.Execute(1, Transfer('a', 'b', 10)));

        string own = bank.Query(1, Statement);
        string last = $$"""{"TimeMicros":{{bank.NowMicros}},"With":"b","Amount":-10,"Balance":90}]""";
        Assert.EndsWith(last, own, StringComparison.Ordinal);
        Assert.Equal(own, bank.Query(9, Statement, ClientRights.Read | ClientRights.Admin));
        OperationRefusedException refused = Assert.Throws<OperationRefusedException>(() => bank.Query(2, Statement));
        Assert.Equal("'a' is not an account of client 2.", refused.Message);
    }

    [Fact]
    public void A_statement_keeps_the_last_entries()
    {
        ServiceRun bank = Opened();
        for (int i = 0; i < Bank.EntriesMax + 5; i++) bank.Execute(1, Transfer('a', 'b', 1));
        Account a = BankOperation.Read<Account[]>(System.Text.Encoding.UTF8.GetBytes(bank.Snapshot()))[0];
        Assert.Equal((Bank.EntriesMax, 75L, 75L), (a.Entries.Count, a.Balance, a.Entries[^1].Balance));
    }

    /// <summary>Accounts a and b, of clients 1 and 2, with 100 each.</summary>
    private static ServiceRun Opened()
    {
        ServiceRun bank = new(new BankService());
        foreach ((int owner, char name) in new[] { (1, 'a'), (2, 'b') })
        {
            Assert.Equal("0", bank.Execute(0, $$"""{"$type":"open","Account":"{{name}}","Owner":{{owner}}}""", Admin));
            Assert.Equal("100", bank.Execute(0, $$"""{"$type":"deposit","Account":"{{name}}","Amount":100}""", Admin));
        }
        return bank;
    }

    private static string Transfer(char from, char to, int amount) =>
        $$"""{"$type":"transfer","From":"{{from}}","To":"{{to}}","Amount":{{amount}}}""";
}
