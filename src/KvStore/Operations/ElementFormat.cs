namespace KvStore.Operations;

/// <summary>
/// What operations, replies and records are written in: of canonical MessagePack nil, true, integers, binaries and
/// arrays, and fixext 1 of type <see cref="ErrorType"/> for errors.
/// </summary>
internal static class ElementFormat
{
    /// <summary>The extension type of an error; its one byte is a <see cref="KvErrorCode"/>.</summary>
    public const sbyte ErrorType = 1;

    /// <summary>How deep arrays nest: a pipeline of transactions of conditions or commands.</summary>
    public const int DepthMax = 4;
}
