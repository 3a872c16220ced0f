using BftCloud.Primitives;

namespace KvStore.Gateway;

/// <summary>
/// The bounds of the RESP gateway, in one place. What one connection can make it hold is a small multiple of
/// <see cref="CommandBytesMax"/>.
/// </summary>
internal static class RespLimits
{
    /// <summary>
    /// The longest command on the wire, bytes. A longer one is read past, not kept, and answered with an error.
    /// </summary>
    public const int CommandBytesMax = 2 << 20;

    /// <summary>
    /// The longest inline command, or header of an array or bulk, bytes. Beyond it: a protocol error. As in Redis.
    /// </summary>
    public const int LineBytesMax = 64 << 10;

    /// <summary>The longest bulk that is read past, bytes. Beyond it: a protocol error. As in Redis.</summary>
    public const long BulkBytesMax = 512L << 20;

    /// <summary>
    /// The most arguments, and the longest, that a connection may send before it has authenticated. As in Redis.
    /// </summary>
    public const int UnauthenticatedArgumentsMax = 10;

    /// <summary>See <see cref="UnauthenticatedArgumentsMax"/>; bytes.</summary>
    public const int UnauthenticatedBulkBytesMax = 16 << 10;

    /// <summary>
    /// The most commands of a connection that are under way together; further ones wait in its socket.
    /// </summary>
    public const int BatchCommandsMax = 1024;

    /// <summary>As <see cref="BatchCommandsMax"/>, in bytes of commands, though a single one may be longer.</summary>
    public const int BatchBytesMax = 128 << 10;

    /// <summary>The most commands that a connection may queue by MULTI. More abort the transaction.</summary>
    public const int QueuedCommandsMax = KvLimits.CommandsMax;

    /// <summary>The most keys that a connection may watch.</summary>
    public const int WatchedKeysMax = KvLimits.ConditionsMax;

    /// <summary>The most keys that blocked clients of a gateway wait for: one query asks about all.</summary>
    public const int BlockedKeysMax = KvLimits.CommandsMax;

    /// <summary>The most keys that they name, each counted once for each client.</summary>
    public const int BlockedPlacesMax = 64 << 10;

    /// <summary>What surrounds a key in that query at most, bytes.</summary>
    public const int BlockedKeyOverheadBytes = 2 * CanonicalFormat.HeaderBytesMax;

    /// <summary>
    /// The most bytes that a blocked client may have sent ahead for its departure to be noticed at once.
    /// </summary>
    public const int BlockedInputBytesMax = 64 << 10;

    /// <summary>The most scripts that are remembered; the one sent first is forgotten first.</summary>
    public const int ScriptsMax = 1024;

    /// <summary>The most SCAN cursors that are remembered; the one not used for longest is forgotten first.</summary>
    public const int CursorsMax = 4096;

    /// <summary>The most bytes that they take together.</summary>
    public const int CursorBytesMax = 16 << 20;
}
