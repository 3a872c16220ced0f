using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The files in a log's directory besides the segments that count: those that the next segments are written to, and
/// those of segments that were damaged. Of the log's thread.
/// </summary>
internal sealed class SegmentFiles
{
    private const string SparePrefix = "spare-";
    private const string TemporaryFile = "next.tmp";
    private const string CorruptSuffix = ".corrupt";

    private readonly string _directory;
    private readonly LogOptions _options;
    private readonly Queue<(string Path, long PreparedEnd)> _spares = [];

    public SegmentFiles(string directory, LogOptions options)
    {
        (_directory, _options) = (directory, options);
        File.Delete(Path.Combine(directory, TemporaryFile));
        foreach (string spare in Directory.GetFiles(directory, SparePrefix + "*").Order(StringComparer.Ordinal))
            _spares.Enqueue((spare, PreparedEnd: 0));
    }

    /// <summary>Opens a file for the next segment, which is yet to get its name.</summary>
    /// <param name="path">The name that it has.</param>
    /// <param name="preparedEnd">All before this offset was written at some time.</param>
    public SafeFileHandle Open(out string path, out long preparedEnd)
    {
        if (_spares.TryDequeue(out (string Path, long PreparedEnd) spare))
        {
            (path, preparedEnd) = spare;
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        (path, preparedEnd) = (Path.Combine(_directory, TemporaryFile), 0);
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        FileSync.Allocate(file, _options.SegmentBytes);
        return file;
    }

    /// <summary>
    /// Keeps some files to be written again and deletes the others. They lose their names on disk, in any order, before
    /// they are written.
    /// </summary>
    public void Recycle((string Path, long PreparedEnd)[] files)
    {
        foreach ((string file, long preparedEnd) in files)
        {
            if (_spares.Count < _options.SparesMax && new FileInfo(file).Length >= _options.SegmentBytes)
            {
                string spare = Path.Combine(_directory, SparePrefix + Path.GetFileName(file));
                File.Move(file, spare, overwrite: true);
                _spares.Enqueue((spare, preparedEnd));
            }
            else
            {
                File.Delete(file);
            }
        }
        if (files.Length > 0) FileSync.Directory(_directory);
    }

    /// <summary>Renames damaged files so that they can be looked into; those of an earlier incident go.</summary>
    public void SetAside(IReadOnlyCollection<string> files)
    {
        if (files.Count == 0) return;
        foreach (string old in Directory.EnumerateFiles(_directory, "*" + CorruptSuffix)) File.Delete(old);
        foreach (string file in files.Where(File.Exists)) File.Move(file, file + CorruptSuffix);
        FileSync.Directory(_directory);
    }

    /// <summary>Puts on disk what is in a file.</summary>
    public static void Flush(string path)
    {
        using SafeFileHandle file =
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        FileSync.Data(file);
    }
}
