using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace BftCloud.Processes;

/// <summary>The code of this program and of its runtime, which is mapped from files.</summary>
internal static partial class ProgramCode
{
    private const int DontNeed = 4;

    /// <summary>Where this is set, the runtime may adjust its own code in the pages of its files.</summary>
    private static readonly bool s_writesCode =
        Environment.GetEnvironmentVariable("DOTNET_EnableWriteXorExecute") is not null;

    /// <summary>A line names an address, a mode and a file.</summary>
    private const int LineBytesMax = 8 << 10;

    /// <summary>
    /// Takes the pages of code out of this process's memory: starting and compiling need far more of them than serving
    /// does. Code is never written, so a page that is needed again comes back from its file, mostly from the operating
    /// system's cache. On Linux; elsewhere nothing happens, and nothing where the runtime may write code in
    /// place. Allocates next to nothing.
    /// </summary>
    public static void Release()
    {
        if (!OperatingSystem.IsLinux() || s_writesCode) return;
        using FileStream maps = new("/proc/self/maps", FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        Span<byte> buffer = stackalloc byte[2 * LineBytesMax];
        int held = 0;
        while (maps.Read(buffer[held..]) is var read and > 0)
        {
            ReadOnlySpan<byte> text = buffer[..(held + read)];
            while (text.IndexOf((byte)'\n') is var end and >= 0)
            {
                if (IsCode(text[..end], out long begin, out long bytes)) _ = Advise((nint)begin, (nint)bytes, DontNeed);
                text = text[(end + 1)..];
            }
            held = Math.Min(text.Length, LineBytesMax);
            text[..held].CopyTo(buffer);
        }
    }

    /// <summary>
    /// Whether a line of /proc/PID/maps is a file of which this process has no copy that could differ: code, or what
    /// it reads in common with others.
    /// </summary>
    internal static bool IsCode(ReadOnlySpan<byte> mapping, out long begin, out long bytes)
    {
        bytes = 0;
        if (!Utf8Parser.TryParse(mapping, out begin, out int taken, 'x') || taken == mapping.Length) return false;
        mapping = mapping[(taken + 1)..];
        if (!Utf8Parser.TryParse(mapping, out long end, out taken, 'x')) return false;
        bytes = end - begin;
        mapping = mapping[taken..];
        return (mapping.StartsWith(" r-xp "u8) || mapping.StartsWith(" r--s "u8)) && mapping.Contains((byte)'/');
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint begin, nint length, int advice);
}
