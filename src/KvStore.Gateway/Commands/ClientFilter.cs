using System.Text;
using KvStore.Commands;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway.Commands;

/// <summary>Which connections CLIENT KILL ends.</summary>
internal sealed class ClientFilter
{
    private string? _address, _localAddress;
    private long _id;
    private bool _isNormal = true;

    /// <summary>The connection that says CLIENT KILL goes on.</summary>
    public bool SkipsSelf { get; private set; }

    public bool Matches(RespClient client) =>
        _isNormal && (_id == 0 || client.Id == _id) && (_address is null || client.Address == _address)
        && (_localAddress is null || client.LocalAddress == _localAddress);

    /// <summary>CLIENT KILL address</summary>
    public static ClientFilter OfAddress(ReadOnlySpan<byte> address) => new() { _address = TextOf(address) };

    /// <summary>CLIENT KILL option value [option value ...]. Null, or the error.</summary>
    public static string? ErrorOf(RespArguments arguments, out ClientFilter filter)
    {
        filter = new ClientFilter { SkipsSelf = true };
        for (int i = 2; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count) return RespErrors.Syntax;
            if (filter.ErrorOf(arguments[i], arguments[i + 1]) is { } error) return error;
        }
        return null;
    }

    private string? ErrorOf(ReadOnlySpan<byte> option, ReadOnlySpan<byte> value)
    {
        if (Is(option, "id"))
        {
            if (!IntegerText.TryParse(value, out _id) || _id < 1) return "ERR client-id should be greater than 0";
        }
        else if (Is(option, "type"))
        {
            return ClientTypes.ErrorOf(value, out _isNormal);
        }
        else if (Is(option, "addr"))
        {
            _address = TextOf(value);
        }
        else if (Is(option, "laddr"))
        {
            _localAddress = TextOf(value);
        }
        else if (Is(option, "user"))
        {
            // There is one user.
            if (!value.SequenceEqual("default"u8)) return $"ERR No such user '{RespErrors.Shown(value, int.MaxValue)}'";
        }
        else if (Is(option, "skipme"))
        {
            SkipsSelf = Is(value, "yes");
            if (!SkipsSelf && !Is(value, "no")) return RespErrors.Syntax;
        }
        else
        {
            return RespErrors.Syntax;
        }
        return null;
    }

    private static string TextOf(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static bool Is(ReadOnlySpan<byte> argument, string word) => Ascii.EqualsIgnoreCase(argument, word);
}
