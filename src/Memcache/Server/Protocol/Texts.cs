namespace Memcache.Server.Protocol;

/// <summary>What memcached says, byte for byte.</summary>
internal static class Texts
{
    public static ReadOnlySpan<byte> End => "\r\n"u8;

    public static ReadOnlySpan<byte> Error => "ERROR"u8;

    public static ReadOnlySpan<byte> BadFormat => "CLIENT_ERROR bad command line format"u8;

    public static ReadOnlySpan<byte> BadChunk => "CLIENT_ERROR bad data chunk"u8;

    public static ReadOnlySpan<byte> BadExpiry => "CLIENT_ERROR invalid exptime argument"u8;

    public static ReadOnlySpan<byte> BadToken => "CLIENT_ERROR bad token in command line format"u8;

    public static ReadOnlySpan<byte> FlagsTooLong => "CLIENT_ERROR options flags too long"u8;

    public static ReadOnlySpan<byte> OpaqueTooLong => "CLIENT_ERROR opaque token too long"u8;

    public static ReadOnlySpan<byte> BadFlags => "CLIENT_ERROR invalid or duplicate flag"u8;

    public static ReadOnlySpan<byte> NotNumeric =>
        "CLIENT_ERROR cannot increment or decrement non-numeric value"u8;

    public static ReadOnlySpan<byte> TooLarge => "SERVER_ERROR object too large for cache"u8;

    public static ReadOnlySpan<byte> NoMemory => "SERVER_ERROR out of memory storing object"u8;

    public static ReadOnlySpan<byte> Unauthenticated => "CLIENT_ERROR unauthenticated"u8;

    public static ReadOnlySpan<byte> NotFound => "NOT_FOUND"u8;

    /// <summary>Not memcached's: this server has no binary protocol.</summary>
    public static ReadOnlySpan<byte> NoBinary =>
        "CLIENT_ERROR the binary protocol is not served here: set the client to the text or the meta protocol"u8;
}
