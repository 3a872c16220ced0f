using System.IO.Enumeration;
using BftCloud.Primitives;
using DepSky.Clouds.Http;
using Microsoft.Win32.SafeHandles;

namespace DepSky;

/// <summary>
/// A cloud in a folder: a disk, a mount of a network share, or a stand-in for a real cloud. Every object is a file of
/// its name. An object is written aside, put on disk, renamed into place, and the folder put on disk: after a power
/// loss it is there as a whole or not at all.
/// </summary>
/// <remarks>
/// The folder itself must exist: a folder that is missing is a cloud that is not there
/// (<see cref="CloudFailure.Unavailable"/>), not an empty one. A name cannot be that of an object and of a folder of
/// others at once. Files whose names are no <see cref="ObjectName"/> are none of its business; such are those being
/// written, in '~incoming'.
/// </remarks>
public sealed class FolderCloud : ICloud
{
    /// <summary>Where objects are written before they are renamed into place. No object's name begins so.</summary>
    private const string IncomingFolder = "~incoming";

    /// <summary>What a writer that died left behind is removed after this time.</summary>
    private static readonly TimeSpan IncomingAgeMax = TimeSpan.FromDays(1);

    private const int WriteBytes = 1 << 20;
    private const int PublishAttemptsMax = 100;

    private readonly string _incoming;
    private readonly RequestRetries _retries;
    private int _swept;

    /// <summary>A cloud in this folder; nothing is touched yet.</summary>
    /// <param name="name">What the operator calls it.</param>
    /// <param name="path">The folder.</param>
    public FolderCloud(string name, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        Name = name;
        _retries = new RequestRetries(name, RequestPolicy.Default);
        FolderPath = Path.GetFullPath(path);
        _incoming = Path.Combine(FolderPath, IncomingFolder);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The folder; absolute.</summary>
    public string FolderPath { get; }

    /// <inheritdoc/>
    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string target = PathOf(name);
        return RunAsync("Writing", name, () => Put(target, content, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<int> GetAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        string source = PathOf(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return RunAsync(
            "Reading", name, () => Get(source, offset, destination, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<CloudEntry> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new FolderWalk(MembersAsync, prefix, null, ahead: 1).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<CloudEntry> ListFoldersAsync(
        string prefix, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new FolderWalk(MembersAsync, prefix, folder, ahead: 1).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<int> SweepAsync(TimeSpan age, CancellationToken cancellationToken) =>
        RunAsync("Sweeping", IncomingFolder, () => SweepIncoming(age), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        string target = PathOf(name);
        return RunAsync("Deleting", name, () => Delete(target), cancellationToken);
    }

    /// <summary>Holds nothing.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Put(string target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(FolderPath)) throw Missing();
        Directory.CreateDirectory(_incoming);
        if (Interlocked.Exchange(ref _swept, 1) == 0) SweepIncoming(IncomingAgeMax);
        string temporary = Path.Combine(_incoming, Guid.NewGuid().ToString("n"));
        try
        {
            using (SafeFileHandle file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                for (int at = 0; at < content.Length; at += WriteBytes)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    RandomAccess.Write(file, content.Span.Slice(at, Math.Min(WriteBytes, content.Length - at)), at);
                }
                FileSync.Data(file);
            }
            cancellationToken.ThrowIfCancellationRequested();
            Publish(temporary, target);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Renames into place, making the folders on the way. A concurrent deletion may remove an empty one of them; then
    /// they are made again.
    /// </summary>
    private void Publish(string temporary, string target)
    {
        string parent = Path.GetDirectoryName(target)!;
        for (int attempt = 1; ; attempt++)
        {
            string known = parent;
            while (!Directory.Exists(known)) known = Path.GetDirectoryName(known)!;
            try
            {
                Directory.CreateDirectory(parent);
                File.Move(temporary, target, overwrite: true);
                for (string made = parent; ; made = Path.GetDirectoryName(made)!)
                {
                    FileSync.Directory(made);
                    if (made == known) return;
                }
            }
            catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException
                or { HResult: FileExists } && attempt < PublishAttemptsMax
                && File.Exists(temporary) && !File.Exists(parent) && Directory.Exists(FolderPath))
            {
            }
        }
    }

    private int Get(string source, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(FolderPath)) throw Missing();
        using SafeFileHandle file =
            File.OpenHandle(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        int length = 0;
        while (length < destination.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = RandomAccess.Read(file, destination.Span[length..], offset + length);
            if (read == 0) break;
            length += read;
        }
        return length;
    }

    private void Delete(string target)
    {
        if (!Directory.Exists(FolderPath)) throw Missing();
        string folder = Path.GetDirectoryName(target)!;
        try
        {
            File.Delete(target);
            FileSync.Directory(folder);
        }
        catch (IOException e) when (e is DirectoryNotFoundException || e.HResult == NoSuchFile)
        {
            return; // the object is gone with its folder
        }
        try
        {
            for (; folder.Length > FolderPath.Length; folder = Path.GetDirectoryName(folder)!) Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Not empty, or already gone: both are as they should be.
        }
    }

    private Task<List<FolderMember>> MembersAsync(string folder, CancellationToken cancellationToken) =>
        RunAsync("Listing", folder, () => Members(folder, cancellationToken), cancellationToken);

    /// <summary>None if the folder is not there; links are no objects.</summary>
    private List<FolderMember> Members(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(FolderPath)) throw Missing();
        List<FolderMember> members = [];
        try
        {
            FileSystemEnumerable<FolderMember> found = new(
                Path.Combine(FolderPath, folder),
                static (ref FileSystemEntry entry) => new FolderMember(
                    entry.FileName.ToString(), entry.IsDirectory ? 0 : entry.Length, entry.IsDirectory),
                new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) =>
                    ObjectName.IsValid(entry.FileName) && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            };
            foreach (FolderMember member in found)
            {
                cancellationToken.ThrowIfCancellationRequested();
                members.Add(member);
            }
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        return members;
    }

    private int SweepIncoming(TimeSpan age)
    {
        if (!Directory.Exists(_incoming)) return 0;
        int swept = 0;
        foreach (FileInfo file in new DirectoryInfo(_incoming).EnumerateFiles())
        {
            if (DateTime.UtcNow - file.LastWriteTimeUtc <= age) continue;
            file.Delete();
            swept++;
        }
        return swept;
    }

    private string PathOf(string name)
    {
        ObjectName.ThrowIfInvalid(name);
        return Path.Combine(FolderPath, name);
    }

    private Task<bool> RunAsync(string doing, string name, Action action, CancellationToken cancellationToken) =>
        RunAsync(doing, name, () =>
        {
            action();
            return true;
        }, cancellationToken);

    /// <summary>Again, where a signal or a server behind the folder came in between.</summary>
    private Task<T> RunAsync<T>(string doing, string name, Func<T> action, CancellationToken cancellationToken) =>
        _retries.RunAsync(
            _ => Task.Run(() => Guard(doing, name, action), cancellationToken), cancellationToken);

    private T Guard<T>(string doing, string name, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (!Directory.Exists(FolderPath)) throw Missing();
            throw new CloudException(Name, CloudFailure.NotFound, $"there is no object '{name}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CloudException(
                Name, KindOf(e, Path.Combine(FolderPath, name)),
                $"{doing} '{name}' in {FolderPath} failed: {e.Message}", e)
            {
                IsTransient = IsTransient(e),
            };
        }
    }

    private CloudException Missing() =>
        new(
            Name, CloudFailure.Unavailable,
            $"its folder {FolderPath} is not there. Mount or restore it. "
            + "If it is lost for good, make an empty one and repair the units.");

    private static CloudFailure KindOf(Exception e, string path) => e switch
    {
        IOException { HResult: NoSpaceLeft or QuotaExceeded } => CloudFailure.Full,
        _ when IsTransient(e) => CloudFailure.Unavailable,
        UnauthorizedAccessException when !Directory.Exists(path) => CloudFailure.Denied,
        _ => CloudFailure.Broken,
    };

    private static bool IsTransient(Exception e) =>
        e is IOException { HResult: Interrupted or TryAgain or TimedOut or StaleHandle };

    private const int NoSuchFile = 2; // ENOENT
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN
    private const int FileExists = 17; // EEXIST
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int TimedOut = 110; // ETIMEDOUT
    private const int StaleHandle = 116; // ESTALE, of a network file system
    private const int QuotaExceeded = 122; // EDQUOT
}
