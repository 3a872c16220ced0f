using System.Globalization;
using System.Text;
using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// A file, readable by its owner only, from which an interrupted upload goes on: the attempt, the shares of its key,
/// and what is stored so far. Lines of text, each on disk before what it announces is done; a last line that is cut off
/// was never acted upon. Before a segment is encrypted, the digest of its content is here: the same key and nonce never
/// serve another content.
/// </summary>
internal sealed class UploadTicket : IDisposable
{
    private const string Header = "bftcloud depsky upload 1";
    private readonly FileStream _file;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Digest> _begun = [];
    private readonly Dictionary<int, SegmentDigests> _stored = [];

    private UploadTicket(FileStream file, UInt128 attempt, IReadOnlyList<ReadOnlyMemory<byte>>? shares)
    {
        _file = file;
        Attempt = attempt;
        Shares = shares;
    }

    public UInt128 Attempt { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>>? Shares { get; }

    /// <summary>The version that was chosen; null if the upload did not come so far.</summary>
    public VersionId? Id { get; private set; }

    /// <summary>The contents' digests of the segments that may have been encrypted.</summary>
    public IReadOnlyDictionary<int, Digest> Begun => _begun;

    public IReadOnlyDictionary<int, SegmentDigests> Stored => _stored;

    /// <summary>A new one, in place of any that is there.</summary>
    public static UploadTicket Create(
        string path, string parameters, UInt128 attempt, IReadOnlyList<ReadOnlyMemory<byte>>? shares)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(path);
        UploadTicket ticket = new(new FileStream(path, options), attempt, shares);
        IEnumerable<string> words = (shares ?? []).Select(share => Convert.ToHexStringLower(share.Span));
        ticket.Append($"{Header}\n{parameters}\n{Hex(attempt)}\n{string.Join(' ', words)}");
        return ticket;
    }

    /// <summary>One that is there; null if there is none, or none that was ever acted upon.</summary>
    /// <exception cref="DepSkyException">The file is something else, which must not be overwritten, or the ticket of
    /// another upload, or damaged.</exception>
    public static UploadTicket? Open(string path, string parameters, int clouds)
    {
        if (!File.Exists(path)) return null;
        RefuseOther(path);
        FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        using StreamReader reader = new(file, Encoding.ASCII, leaveOpen: true);
        string text = reader.ReadToEnd();
        string[] lines = text.Split('\n');
        // What follows the last end of a line was cut off.
        if (lines.Length > 2 && lines[1] != parameters)
        {
            file.Dispose();
            throw new DepSkyException(
                $"'{path}' is the ticket of another upload: of another object, or with other settings. "
                + "Name another file, or delete this one if that upload is not to go on.");
        }
        if (lines.Length < 5 || !TryReadAttempt(lines[2], out UInt128 attempt)
            || !TryReadShares(lines[3], clouds, out ReadOnlyMemory<byte>[]? shares))
        {
            file.Dispose();
            return null;
        }
        UploadTicket ticket = new(file, attempt, shares.Length == 0 ? null : shares);
        foreach (string line in lines[4..^1])
        {
            if (ticket.TryRead(line.Split(' '))) continue;
            file.Dispose();
            throw new DepSkyException(
                $"'{path}' is damaged: it has a line that no upload wrote. Delete it to upload from the beginning.");
        }
        file.SetLength(text.Length - lines[^1].Length);
        file.Seek(0, SeekOrigin.End);
        return ticket;
    }

    /// <summary>A ticket begins with its header, or was cut off within it.</summary>
    private static void RefuseOther(string path)
    {
        string begin = Header + "\n";
        byte[] start = new byte[begin.Length];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (Encoding.Latin1.GetString(start, 0, length) != begin[..length])
            throw new DepSkyException(
                $"'{path}' is not the ticket of an upload, and is not overwritten. "
                + "Name another file: it is made when the upload begins.");
    }

    /// <summary>What must be the same for an upload to go on.</summary>
    public static string Parameters(UnitLayout layout, WriteRequest request) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{layout.Place} {request.Protection} {request.Quorums.Clouds} {request.Quorums.Faulty} "
            + $"{request.SegmentBytes} {request.NeedsReaderKey}");

    public void Number(VersionId id)
    {
        if (Id == id) return;
        Id = id;
        Append($"id {id}");
    }

    public void Begin(int segment, Digest content)
    {
        if (_begun.TryAdd(segment, content))
            Append(string.Create(CultureInfo.InvariantCulture, $"begun {segment} {content}"));
    }

    public void Store(int segment, SegmentDigests digests) =>
        Append(string.Create(
            CultureInfo.InvariantCulture, $"stored {segment} {digests.Holders} {string.Join(' ', digests.Blocks)}"));

    /// <summary>The upload is complete, or cannot go on: the file goes.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(_file.Name);
    }

    public void Dispose() => _file.Dispose();

    private void Append(string line)
    {
        lock (_lock)
        {
            _file.Write(Encoding.ASCII.GetBytes(line + "\n"));
            _file.Flush(flushToDisk: true);
        }
    }

    private bool TryRead(string[] words)
    {
        switch (words)
        {
            case ["id", string id] when VersionId.TryParse(id, out VersionId parsed):
                Id = parsed;
                return true;
            case ["begun", string segment, string text]
                when TryReadNumber(segment, out int number) && TryReadDigest(text, out Digest digest):
                _begun[number] = digest;
                return true;
            case ["stored", string segment, string holders, .. string[] texts]
                when TryReadNumber(segment, out int number)
                && ushort.TryParse(holders, NumberStyles.None, CultureInfo.InvariantCulture, out ushort mask):
                Digest[] digests = new Digest[texts.Length];
                for (int i = 0; i < texts.Length; i++)
                {
                    if (!TryReadDigest(texts[i], out digests[i])) return false;
                }
                _stored[number] = new SegmentDigests(mask, digests);
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryReadDigest(string hex, out Digest digest)
    {
        bool isDigest = hex.Length == 2 * Digest.Size && hex.All(char.IsAsciiHexDigitLower);
        digest = isDigest ? new Digest(Convert.FromHexString(hex)) : default;
        return isDigest;
    }

    private static string Hex(UInt128 number) => number.ToString("x32", CultureInfo.InvariantCulture);

    private static bool TryReadAttempt(string text, out UInt128 attempt) =>
        UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out attempt)
        && text.Length == 32;

    private static bool TryReadShares(
        string text, int clouds, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ReadOnlyMemory<byte>[]? shares)
    {
        string[] words = text.Length == 0 ? [] : text.Split(' ');
        bool areShares =
            words.All(word => word.Length == 2 * SegmentShape.KeyBytes && word.All(char.IsAsciiHexDigitLower));
        shares = words.Length is 0 || (words.Length == clouds && areShares)
            ? [.. words.Select(word => new ReadOnlyMemory<byte>(Convert.FromHexString(word)))]
            : null;
        return shares is not null;
    }
}
