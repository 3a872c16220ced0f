using BftSmr;

namespace ReplicatedBank;

/// <summary>
/// The accounts and the rules about money. It knows nothing of replication, and it depends on no clock and on no order
/// of a hash table. A refusal is thrown before anything changes.
/// </summary>
internal sealed class Bank
{
    public const int NameCharactersMax = 32, AccountsMax = 10_000, EntriesMax = 20;

    /// <summary>Of one deposit or transfer.</summary>
    public const long AmountMax = 1_000_000_000;

    /// <summary>What deposits may fill an account to. All accounts together stay far below 2^63.</summary>
    public const long DepositedMax = 1_000_000_000_000;

    private readonly SortedDictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    public Bank(IEnumerable<Account> accounts)
    {
        foreach (Account account in accounts) _accounts.Add(account.Name, account);
    }

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Account> Accounts => _accounts.Values;

    public long Total => _accounts.Values.Sum(static account => account.Balance);

    public Account Find(string name) =>
        _accounts.GetValueOrDefault(name)
            ?? throw new OperationRefusedException($"There is no account '{name}'. Open it.");

    public void Open(string name, int owner)
    {
        if (name.Length is 0 or > NameCharactersMax)
            throw new OperationRefusedException($"An account's name has 1 to {NameCharactersMax} characters.");
        if (_accounts.ContainsKey(name))
            throw new OperationRefusedException($"There is an account '{name}' already. Take another name.");
        if (_accounts.Count == AccountsMax)
            throw new OperationRefusedException($"The bank has {AccountsMax} accounts, and takes no more.");
        _accounts.Add(name, new Account(name, owner, 0, []));
    }

    public void Deposit(string name, long amount, long timeMicros)
    {
        CheckAmount(amount);
        Account account = Find(name);
        if (account.Balance > DepositedMax - amount)
            throw new OperationRefusedException($"{name} has {account.Balance}, too much to take {amount} more.");
        _accounts[name] = account.Add(timeMicros, "cash", amount);
    }

    /// <summary>Takes from one account what it gives to the other.</summary>
    public void Transfer(string from, string to, long amount, long timeMicros)
    {
        CheckAmount(amount);
        if (from == to) throw new OperationRefusedException($"{from} cannot pay itself. Name two accounts.");
        Account payer = Find(from), payee = Find(to);
        if (payer.Balance < amount)
            throw new OperationRefusedException($"{from} has {payer.Balance}, too little to pay {amount}.");
        _accounts[from] = payer.Add(timeMicros, to, -amount);
        _accounts[to] = payee.Add(timeMicros, from, amount);
    }

    private static void CheckAmount(long amount)
    {
        if (amount is < 1 or > AmountMax)
            throw new OperationRefusedException($"An amount is 1 to {AmountMax}, not {amount}.");
    }
}
