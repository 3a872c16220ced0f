using System.Globalization;
using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Scripts;

/// <summary>What the known scripts do.</summary>
internal static class LockActions
{
    /// <summary>An action as the list of scripts names it, with the replies that it gives.</summary>
    public static Action<ScriptRun> Of(string name)
    {
        string[] words = name.Split(' ');
        Action<RespWriter>[] replies = [.. words.Skip(1).Select(ReplyOf)];
        return words[0] switch
        {
            "release" => run => IfOwn(run, replies, r => r.Delete(1, "del")),
            "pexpire" => run => IfOwn(run, replies, r => r.Expire(1, 2)),
            "expire" => run => IfOwn(run, replies, r => r.Expire(1, 2, "expire")),
            "extend" => static run => Extend(run, isAdded: IsZero(run.Argument(3))),
            "extend-by" => static run => Extend(run, isAdded: true),
            "pttl" => run => run.Reply = IsOwn(run, 1) ? Integer(run.TimeLeft(1)) : replies[0],
            "set-if-absent" => SetIfAbsent,
            "obtain" => run => Obtain(run, replies),
            "acquire-all" => static run => SetAll(run, static (r, key) => !r.Exists(key)),
            "extend-all" => static run => SetAll(run, IsOwn),
            "release-each" => ReleaseEach,
            "obtain-all" => ObtainAll,
            "refresh-all" => static run => IfAllOwn(run, static (r, key) => r.Expire(key, 2)),
            "release-all" => static run => IfAllOwn(run, static (r, key) => r.Delete(key, "del")),
            "pttl-all" => TimeLeftOfAll,
            _ => throw new InvalidDataException($"The list of scripts names an action '{name}', which there is not."),
        };
    }

    private static Action<RespWriter> ReplyOf(string word) => word switch
    {
        "nil" => static output => output.Null(),
        "true" => Integer(1),
        _ => Integer(long.Parse(word, CultureInfo.InvariantCulture)),
    };

    private static Action<RespWriter> Integer(long value) => output => output.Integer(value);

    private static void Ok(RespWriter output) => output.Ok();

    private static bool IsOwn(ScriptRun run, int key) =>
        run.Get(key) is { } value && run.Argument(1) is { } token && value.AsSpan().SequenceEqual(token);

    private static bool IsZero(byte[]? argument) => argument is [(byte)'0'];

    /// <summary>Replies: done; there is no lock; it is another's.</summary>
    private static void IfOwn(ScriptRun run, Action<RespWriter>[] replies, Action<ScriptRun> write)
    {
        bool exists = run.Get(1) is not null, isOwn = IsOwn(run, 1);
        if (isOwn) write(run);
        run.Reply = replies[isOwn ? 0 : exists ? 2 : 1];
    }

    private static void Extend(ScriptRun run, bool isAdded)
    {
        bool extends = IsOwn(run, 1) && run.TimeLeft(1) >= 0;
        if (extends && isAdded) run.Postpone(1, 2);
        else if (extends) run.Expire(1, 2);
        run.Reply = Integer(extends ? 1 : 0);
    }

    private static void SetIfAbsent(ScriptRun run)
    {
        run.Set(1, 1, 2); // which looks at the time, whether there is a key or not
        if (run.Exists(1, "set")) run.WithdrawAll();
        else run.Reply = Ok;
    }

    /// <summary>Replies: obtained; it is another's.</summary>
    private static void Obtain(ScriptRun run, Action<RespWriter>[] replies)
    {
        byte[]? value = run.Get(1);
        bool isOwn = IsOwn(run, 1);
        if (isOwn) run.Expire(1, 2);
        else if (value is null) run.Set(1, 1, 2);
        run.Reply = replies[isOwn || value is null ? 0 : 1];
    }

    private static void SetAll(ScriptRun run, Func<ScriptRun, int, bool> mayBeSet)
    {
        run.Reply = Integer(0);
        for (int key = 1; key <= run.KeyCount; key++)
        {
            if (!mayBeSet(run, key)) return;
        }
        for (int key = 1; key <= run.KeyCount; key++) run.Set(key, 1, 2);
        run.Reply = Integer(run.KeyCount);
    }

    private static void ReleaseEach(ScriptRun run)
    {
        int released = 0;
        for (int key = 1; key <= run.KeyCount; key++)
        {
            if (!IsOwn(run, key)) continue;
            run.Delete(key, "del");
            released++;
        }
        run.Reply = Integer(released);
    }

    private static bool AreAllOwn(ScriptRun run)
    {
        NeedKeys(run, "mget");
        for (int key = 1; key <= run.KeyCount; key++)
        {
            if (run.GetAny(key) is not { } value || run.Argument(1) is not { } token
                || !value.AsSpan().SequenceEqual(token)) return false;
        }
        return true;
    }

    private static void NeedKeys(ScriptRun run, string command)
    {
        if (run.KeyCount == 0)
            throw new ScriptException(command, "ERR Wrong number of args calling Redis command from script");
    }

    private static void IfAllOwn(ScriptRun run, Action<ScriptRun, int> write)
    {
        if (!AreAllOwn(run)) return;
        for (int key = 1; key <= run.KeyCount; key++) write(run, key);
        run.Reply = Ok;
    }

    private static void TimeLeftOfAll(ScriptRun run)
    {
        if (!AreAllOwn(run)) return;
        long least = 0;
        for (int key = 1; key <= run.KeyCount; key++)
        {
            long left = run.TimeLeft(key);
            if (left > 0 && (least == 0 || left < least)) least = left;
        }
        run.Reply = Integer(least);
    }

    /// <summary>Sets all keys if there is none, or if all begin with the same token as the value.</summary>
    private static void ObtainAll(ScriptRun run)
    {
        NeedKeys(run, "msetnx");
        bool exists = false;
        for (int key = 1; key <= run.KeyCount; key++) exists |= run.Exists(key, "msetnx");
        if (exists && !BeginAllOwn(run)) return;
        for (int key = 1; key <= run.KeyCount; key++)
        {
            run.Set(key, 1, "mset");
            run.Expire(key, 3);
        }
        run.Reply = Ok;
    }

    private static bool BeginAllOwn(ScriptRun run)
    {
        byte[] token = run.Argument(1) ?? [];
        if (!IntegerText.TryParse(run.Argument(2), out long length) || length < 0) return false;
        for (int key = 1; key <= run.KeyCount; key++)
        {
            byte[] value = run.Get(key, "getrange") ?? [];
            if (!First(value, length).SequenceEqual(First(token, length))) return false;
        }
        return true;
    }

    private static ReadOnlySpan<byte> First(byte[] bytes, long length) =>
        bytes.AsSpan(0, (int)Math.Min(bytes.Length, length));
}
