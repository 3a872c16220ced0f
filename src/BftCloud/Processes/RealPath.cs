using System.Globalization;
using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftCloud.Processes;

/// <summary>Files by the path that the kernel knows them by: whatever links and relative parts a path has.</summary>
internal static class RealPath
{
    /// <summary>The path of an existing file without any link in it; null if it cannot be opened.</summary>
    public static string? Of(string file)
    {
        using SafeFileHandle? handle = UnlockedFile.TryOpen(file);
        return handle is null
            ? null
            : TargetOf(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}"));
    }

    /// <summary>Whether a process has the file open that has this real path.</summary>
    public static bool IsOpenIn(int pid, string realPath)
    {
        try
        {
            string descriptors = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd");
            return Directory.EnumerateFiles(descriptors).Any(descriptor => TargetOf(descriptor) == realPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // closed, or the process has ended, since it was listed
        }
    }
}
