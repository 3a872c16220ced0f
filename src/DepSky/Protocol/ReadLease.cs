namespace DepSky.Protocol;

/// <summary>
/// A reader's word that it still reads a version, until some time: an object whose name, <c>ID-EXPIRES-READER</c>, says
/// all. It is not signed, as readers have no key to sign with: a faulty cloud that makes leases up can hold up
/// collection, by <see cref="CollectCore.HeldUpMax"/> retentions at most.
/// </summary>
internal readonly record struct ReadLease(VersionId Id, long ExpiresAtMs, UInt128 Reader)
{
    public static ReadOnlyMemory<byte> Content { get; } = "lease"u8.ToArray();

    /// <summary>
    /// The second half has the shape of an attempt: two numbers, the first of which is not used, and a random one.
    /// </summary>
    public string Name(UnitLayout layout) =>
        $"{layout.ReadPrefix}{Id}-{new VersionId(new ObjectVersion(0, (ulong)ExpiresAtMs), Reader)}";

    public static bool TryReadName(UnitLayout layout, string name, out ReadLease lease)
    {
        lease = default;
        const int length = VersionId.TextLength;
        if (!name.StartsWith(layout.ReadPrefix, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> text = name.AsSpan(layout.ReadPrefix.Length);
        if (text.Length != 2 * length + 1 || text[length] != '-' || !VersionId.TryParse(
            text[..length], out VersionId id)
            || !VersionId.TryParse(text[(length + 1)..], out VersionId rest) || rest.Version.Epoch != 0
                || rest.Version.Number > long.MaxValue)
            return false;
        lease = new ReadLease(id, (long)rest.Version.Number, rest.Attempt);
        return true;
    }
}
