using System.Buffers;
using BftCloud.Primitives;
using BftSmr;

namespace ReplicatedBank;

/// <summary>
/// The bank as every replica runs it: decides which client may do what, and lets the <see cref="Bank"/> do it. The
/// replicas themselves have refused a command of a client without <c>write</c>, and a query without <c>read</c>.
/// </summary>
internal sealed class BankService : StateMachine
{
    private Bank _bank = new([]);

    protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply)
    {
        ClientId client = command.Session.Client;
        switch (BankOperation.Read(command.Operation.Span))
        {
            case OpenAccount open:
                CheckAdmin(command.Rights);
                _bank.Open(open.Account, open.Owner);
                BankOperation.Write(reply, 0L);
                break;
            case Deposit deposit:
                CheckAdmin(command.Rights);
                _bank.Deposit(deposit.Account, deposit.Amount, batch.AgreedTimeMicros);
                BankOperation.Write(reply, _bank.Find(deposit.Account).Balance);
                break;
            case Transfer transfer:
                CheckOwner(_bank.Find(transfer.From), client);
                _bank.Transfer(transfer.From, transfer.To, transfer.Amount, batch.AgreedTimeMicros);
                BankOperation.Write(reply, _bank.Find(transfer.From).Balance);
                break;
            default:
                throw new OperationRefusedException("This is a query. Send it with QueryAsync.");
        }
    }

    /// <summary>Owners see their accounts. Clients with the right <c>admin</c> see everything.</summary>
    protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
    {
        switch (BankOperation.Read(query))
        {
            case ReadBalance read:
                BankOperation.Write(reply, FindFor(context, read.Account).Balance);
                break;
            case ReadStatement read:
                BankOperation.Write(reply, FindFor(context, read.Account).Entries);
                break;
            case ReadTotal:
                CheckAdmin(context.Rights);
                BankOperation.Write(reply, _bank.Total);
                break;
            default:
                throw new OperationRefusedException("This is a command. Send it with InvokeAsync.");
        }
    }

    protected override void Save(IBufferWriter<byte> snapshot) => BankOperation.Write(snapshot, _bank.Accounts);

    protected override void Load(ReadOnlySpan<byte> snapshot) =>
        _bank = new Bank(BankOperation.Read<Account[]>(snapshot));

    private Account FindFor(in QueryContext context, string name)
    {
        Account account = _bank.Find(name);
        if (!context.Rights.HasFlag(ClientRights.Admin)) CheckOwner(account, context.Client);
        return account;
    }

    private static void CheckOwner(Account account, ClientId client)
    {
        if (account.Owner != client.Value)
            throw new OperationRefusedException($"'{account.Name}' is not an account of client {client.Value}.");
    }

    private static void CheckAdmin(ClientRights rights)
    {
        if (!rights.HasFlag(ClientRights.Admin))
            throw new OperationRefusedException("This needs the right 'admin'. Ask the bank's teller.");
    }
}
