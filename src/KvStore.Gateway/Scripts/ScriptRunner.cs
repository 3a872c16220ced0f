using BftCloud.Primitives;
using KvStore.Gateway.Protocol;
using KvStore.Operations;

namespace KvStore.Gateway.Scripts;

/// <summary>
/// Runs a known script on the store: reads its keys in one query, decides, and writes in one transaction on the
/// condition that none of the keys has changed since. If one has, it begins again.
/// </summary>
internal sealed class ScriptRunner(KnownScript script, byte[][] keys, byte[][] arguments, RespGateway gateway)
{
    private const int AttemptsMax = 100;

    private const string NeverAlone =
        "TRYAGAIN not executed: other clients changed the keys of the script again and again";

    /// <summary>Runs it, and writes the reply.</summary>
    public async ValueTask RunAsync(RespConnection connection)
    {
        try
        {
            for (int i = 0; i < AttemptsMax; i++)
            {
                ScriptRun run = new(keys, arguments, await ReadAsync().ConfigureAwait(false), NowMicros());
                script.Action(run);
                if (!await TryWriteAsync(run, connection).ConfigureAwait(false)) continue;
                return;
            }
            connection.Output.Error(NeverAlone);
        }
        catch (ScriptException e)
        {
            connection.Output.Error(script.ErrorAt(e.Command, e.Message));
        }
#pragma warning disable CA1031 // The client is told of any error.
        catch (Exception e)
        {
            connection.Output.Error(RespErrors.Of(e));
        }
#pragma warning restore CA1031
    }

    private async ValueTask<ScriptEntry[]> ReadAsync()
    {
        if (keys.Length == 0) return [];
        ByteBuffer query = new();
        query.Begin(Opcode.Pipeline, 2 * keys.Length);
        foreach (byte[] key in keys)
        {
            query.Write(Opcode.Revision, key);
            query.Write(Opcode.GetEntry, key);
        }
        return Entries(await gateway.ReadAsync(query.WrittenMemory).ConfigureAwait(false));
    }

    private ScriptEntry[] Entries(ReadOnlyMemory<byte> reply)
    {
        ScriptEntry[] entries = new ScriptEntry[keys.Length];
        CanonicalReader reader = new(reply);
        if (!reader.TryReadArray(out int count)) throw Unexpected();
        if (count < 2 * keys.Length)
            throw new ScriptException("get", RespErrors.Of(KvErrorCode.ReplyTooLong, "get"));
        for (int i = 0; i < entries.Length; i++)
        {
            if (reader.TryReadError(out KvErrorCode error))
                throw new ScriptException("get", RespErrors.Of(error, "get"));
            if (!reader.TryReadArray(1) || !reader.TryReadInteger(out long revision)) throw Unexpected();
            entries[i] = Entry(ref reader, revision);
        }
        return entries;
    }

    private static ScriptEntry Entry(ref CanonicalReader reader, long revision)
    {
        if (reader.TryReadNil()) return default;
        if (reader.TryReadError(out KvErrorCode error))
        {
            return error == KvErrorCode.WrongType
                ? new ScriptEntry(null, revision, null, HoldsOther: true)
                : throw new ScriptException("get", RespErrors.Of(error, "get"));
        }
        if (!reader.TryReadArray(3) || !reader.TryReadBinary(out ReadOnlySpan<byte> value)
            || !reader.TryReadInteger(out _)) throw Unexpected();
        long? expiry = reader.TryReadInteger(out long micros) ? micros : null;
        if (expiry is null && !reader.TryReadNil()) throw Unexpected();
        return new ScriptEntry(value.ToArray(), revision, expiry, HoldsOther: false);
    }

    /// <summary>Writes what the script wants and its reply. False if a key has changed: nothing is written.</summary>
    private async ValueTask<bool> TryWriteAsync(ScriptRun run, RespConnection connection)
    {
        if (run.WriteCount > 0)
        {
            ReadOnlyMemory<byte> operation = OperationOf(run);
            if (operation.Length > gateway.OperationBytesMax)
            {
                connection.Output.Error(RespErrors.CommandTooLong(gateway.OperationBytesMax));
                return true;
            }
            ReadOnlyMemory<byte> reply =
                await connection.SubmitAsync(operation, standsAlone: true).ConfigureAwait(false);
            if (!Succeeded(reply, out KvErrorCode? error)) return false;
            if (error is not null)
            {
                connection.Output.Error(RespErrors.Of(error.Value, "eval"));
                return true;
            }
        }
        run.Reply(connection.Output);
        return true;
    }

    private ReadOnlyMemory<byte> OperationOf(ScriptRun run)
    {
        ByteBuffer operation = new();
        operation.Begin(Opcode.Transaction, 1 + run.WriteCount);
        operation.WriteArray(keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            operation.WriteArray(2);
            operation.WriteBinary(keys[i]);
            operation.WriteInteger(run.Entries[i].Revision);
        }
        operation.WriteElements(run.Writes.Written);
        return operation.WrittenMemory;
    }

    private static bool Succeeded(ReadOnlyMemory<byte> reply, out KvErrorCode? error)
    {
        CanonicalReader reader = new(reply);
        error = null;
        if (reader.TryReadError(out KvErrorCode refused))
        {
            error = refused;
            return true;
        }
        if (reader.TryReadInteger(out _)) return false;
        if (!reader.TryReadArray(out int count)) throw Unexpected();
        while (count-- > 0)
        {
            if (reader.TryReadError(out KvErrorCode failed)) error ??= failed;
            else if (!reader.TryReadElement(out _)) throw Unexpected();
        }
        return true;
    }

    private static InvalidDataException Unexpected() =>
        new("the replicas' reply has a form that this gateway does not know; run the same release of both");

    private long NowMicros() =>
        (gateway.Options.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
