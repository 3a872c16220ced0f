using BftSmr;

namespace ReplicatedBank;

/// <summary>
/// The bank as an application sees it. Injected with the <see cref="BftClient"/> of its host. A refusal of the bank is
/// a <see cref="BftOperationFailedException"/>.
/// </summary>
internal sealed class BankClient(BftClient client)
{
    public Task OpenAsync(string account, int owner) => InvokeAsync(new OpenAccount(account, owner));

    /// <summary>The balance after it.</summary>
    public Task<long> DepositAsync(string account, long amount) => InvokeAsync(new Deposit(account, amount));

    /// <summary>The payer's balance after it.</summary>
    public Task<long> TransferAsync(string from, string to, long amount) =>
        InvokeAsync(new Transfer(from, to, amount));

    public Task<long> BalanceAsync(string account) => QueryAsync<long>(new ReadBalance(account));

    /// <summary>The last entries of an account, the newest last.</summary>
    public Task<Entry[]> StatementAsync(string account) => QueryAsync<Entry[]>(new ReadStatement(account));

    /// <summary>The money in all accounts.</summary>
    public Task<long> TotalAsync() => QueryAsync<long>(new ReadTotal());

    private async Task<long> InvokeAsync(BankOperation command) =>
        BankOperation.Read<long>((await client.InvokeAsync(command.ToBytes())).Span);

    private async Task<T> QueryAsync<T>(BankOperation query) =>
        BankOperation.Read<T>((await client.QueryAsync(query.ToBytes())).Span);
}
