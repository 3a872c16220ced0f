using System.Runtime.CompilerServices;

namespace DepSky;

/// <summary>What a folder holds.</summary>
/// <param name="Name">Its name in the folder: a part of an object's name.</param>
/// <param name="SizeBytes">Its length; of a folder, nothing.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
internal readonly record struct FolderMember(string Name, long SizeBytes, bool IsFolder);

/// <summary>
/// Walks a tree of folders in the ordinal order of the objects' full names. Folders are listed ahead of the one that
/// is walked, so that a distant server does not make each of them wait for the one before.
/// </summary>
/// <param name="list">Lists a folder, named with a '/' at its end, or "" for the root; none if it is not there.</param>
/// <param name="prefix">What objects' names begin with.</param>
/// <param name="only">
/// The name of the folders whose objects are wanted, all other folders with a dot in front being passed over; null for
/// all objects of all folders.
/// </param>
/// <param name="ahead">How many folders are listed at a time.</param>
internal sealed class FolderWalk(
    Func<string, CancellationToken, Task<List<FolderMember>>> list, string prefix, string? only, int ahead)
{
    /// <summary>The objects, in order.</summary>
    public async IAsyncEnumerable<CloudEntry> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string start = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (start.Length > 0 && !ObjectName.IsValid(start.AsSpan()[..^1])) yield break;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (CloudEntry entry in WalkAsync(Begin(start, end.Token), end.Token).ConfigureAwait(false))
                yield return entry;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<CloudEntry> WalkAsync(
        Folder folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<FolderMember> members = await folder.Listing.ConfigureAwait(false);
        members.RemoveAll(member => !IsWanted(folder.Path, member));
        members.Sort(static (left, right) => CompareInPlace(left, right));
        Queue<Folder> begun = new();
        int next = 0;
        foreach (FolderMember member in members)
        {
            if (!member.IsFolder)
            {
                yield return new CloudEntry(folder.Path + member.Name, member.SizeBytes);
                continue;
            }
            for (; next < members.Count && begun.Count < ahead; next++)
            {
                if (members[next].IsFolder) begun.Enqueue(Begin(folder, members[next].Name, cancellationToken));
            }
            await foreach (CloudEntry entry in WalkAsync(begun.Dequeue(), cancellationToken).ConfigureAwait(false))
                yield return entry;
        }
    }

    /// <summary>
    /// A distant folder is asked for the wanted one within it at the same time: most have one.
    /// </summary>
    private Folder Begin(string path, CancellationToken cancellationToken)
    {
        bool mayHaveWanted = only is not null && ahead > 1 && path.Length > 0 && !IsInWanted(path);
        return new Folder(path, ListAsync(path, cancellationToken))
        {
            Wanted = mayHaveWanted ? ListAsync($"{path}{only}/", cancellationToken) : null,
        };
    }

    private Folder Begin(Folder parent, string name, CancellationToken cancellationToken) =>
        name == only && parent.Wanted is { } listing
            ? new Folder($"{parent.Path}{name}/", listing)
            : Begin($"{parent.Path}{name}/", cancellationToken);

    private Task<List<FolderMember>> ListAsync(string path, CancellationToken cancellationToken)
    {
        Task<List<FolderMember>> listing = list(path, cancellationToken);
        // One that is never walked may fail unheard.
        listing.ContinueWith(
            static failed => _ = failed.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return listing;
    }

    private bool IsWanted(string path, FolderMember member)
    {
        string name = path + member.Name;
        if (!ObjectName.IsValid(name)) return false;
        if (!member.IsFolder)
            return name.StartsWith(prefix, StringComparison.Ordinal) && (only is null || IsInWanted(path));
        bool leads = name.StartsWith(prefix, StringComparison.Ordinal)
            || prefix.StartsWith(name + "/", StringComparison.Ordinal);
        bool isOpen = only is null || member.Name == only || !member.Name.StartsWith('.');
        return leads && isOpen && (only is null || !IsInWanted(path));
    }

    private bool IsInWanted(string path) =>
        path.Length > only!.Length && path.EndsWith(only + "/", StringComparison.Ordinal)
        && (path.Length == only.Length + 1 || path[^(only.Length + 2)] == '/');

    /// <summary>As their objects' full names compare: a folder's name goes on with '/'.</summary>
    private static int CompareInPlace(FolderMember left, FolderMember right)
    {
        int common = Math.Min(left.Name.Length, right.Name.Length);
        int order = string.CompareOrdinal(left.Name, 0, right.Name, 0, common);
        return order != 0 ? order : Next(left, common).CompareTo(Next(right, common));
    }

    private static int Next(FolderMember member, int at) =>
        at < member.Name.Length ? member.Name[at] : member.IsFolder ? '/' : -1;

    private sealed record Folder(string Path, Task<List<FolderMember>> Listing)
    {
        /// <summary>The listing of the wanted folder in it, if it was begun; it may not be there.</summary>
        public Task<List<FolderMember>>? Wanted { get; init; }
    }
}
