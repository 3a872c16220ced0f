using System.Security.Cryptography;

namespace Memcache.Server.Protocol;

/// <summary>The users of a user file, as memcached's: a line each, <c>user:password</c>.</summary>
internal sealed class UserList
{
    /// <summary>The most users, as in memcached.</summary>
    public const int CountMax = 8;

    private readonly List<(byte[] User, byte[] Password)> _users = [];

    /// <summary>Reads the text of a user file. False: the line of that number, from 1, is no user.</summary>
    public bool TryParse(ReadOnlySpan<byte> text, out int line)
    {
        for (line = 1; !text.IsEmpty; line++)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> one = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            one = one.TrimEnd((byte)'\r');
            if (one.IsEmpty && text.IsEmpty) break;
            int colon = one.IndexOf((byte)':');
            if (colon < 1 || _users.Count == CountMax) return false;
            _users.Add((one[..colon].ToArray(), one[(colon + 1)..].ToArray()));
        }
        return _users.Count > 0;
    }

    /// <summary>Whether a user has this password. Takes the same time whichever character is wrong.</summary>
    public bool IsRight(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        bool found = false;
        foreach ((byte[] known, byte[] secret) in _users)
        {
            found |= CryptographicOperations.FixedTimeEquals(known, user)
                & CryptographicOperations.FixedTimeEquals(secret, password);
        }
        return found;
    }
}
