namespace ReplicatedBank;

/// <summary>An account as it is after its last entry.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">The client that may spend from it.</param>
/// <param name="Balance">Never below 0.</param>
/// <param name="Entries">The last ones, at most <see cref="Bank.EntriesMax"/>, the newest last.</param>
internal sealed record Account(string Name, int Owner, long Balance, IReadOnlyList<Entry> Entries)
{
    public Account Add(long timeMicros, string with, long amount)
    {
        long balance = Balance + amount;
        Entry entry = new(timeMicros, with, amount, balance);
        return this with { Balance = balance, Entries = [.. Entries.TakeLast(Bank.EntriesMax - 1), entry] };
    }
}

/// <summary>A line of a statement.</summary>
/// <param name="TimeMicros">The agreed time, microseconds since the Unix epoch.</param>
/// <param name="With">The other account.</param>
/// <param name="Amount">Above 0 if the account received it.</param>
/// <param name="Balance">What the account had after it.</param>
internal sealed record Entry(long TimeMicros, string With, long Amount, long Balance);
