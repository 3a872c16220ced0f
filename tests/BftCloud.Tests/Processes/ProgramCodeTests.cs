using System.Globalization;
using System.Text;
using BftCloud.Processes;

namespace BftCloud.Tests.Processes;

/// <summary>What is taken out of memory can be had again from its file, byte for byte.</summary>
public sealed class ProgramCodeTests
{
    [Theory]
    [InlineData("7f3a142b1000-7f3a14676000 r-xp 000b0000 fe:00 351013   /usr/lib/libclrjit.so", 0x3c5000)]
    [InlineData("7f3a24600000-7f3a24601000 r--s 00000000 fe:00 350922   /usr/lib/a folder/a.dll", 0x1000)]
    [InlineData("7f3a1468a000-7f3a1468b000 rw-p 00487000 fe:00 351013   /usr/lib/libclrjit.so", 0)]
    [InlineData("7f3a14676000-7f3a1468a000 r--p 00474000 fe:00 351013   /usr/lib/libclrjit.so", 0)]
    [InlineData("7f3a14676000-7f3a1468a000 r-xs 00474000 00:01 1025     /memfd:doublemapper (deleted)", 0)]
    [InlineData("7ffd3b1f2000-7ffd3b1f4000 r-xp 00000000 00:00 0        [vdso]", 0)]
    [InlineData("7f3a14676000", 0)]
    [InlineData("", 0)]
    public void Code_is_what_is_executed_or_shared_and_never_written(string mapping, long bytes)
    {
        Assert.Equal(bytes > 0, ProgramCode.IsCode(Encoding.UTF8.GetBytes(mapping), out _, out long found));
        if (bytes > 0) Assert.Equal(bytes, found);
    }

    [Fact]
    public void No_page_of_it_differs_from_its_file()
    {
        if (!OperatingSystem.IsLinux()) return;
        long mappings = 0, different = 0;
        bool isCode = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("Anonymous:", StringComparison.Ordinal) && isCode)
            {
                mappings++;
                different += long.Parse(line.Split(' ')[^2], CultureInfo.InvariantCulture);
            }
            else if (!line.Contains(": ", StringComparison.Ordinal))
            {
                isCode = ProgramCode.IsCode(Encoding.UTF8.GetBytes(line), out _, out _);
            }
        }
        Assert.True(mappings > 10);
        Assert.Equal(0, different);
    }

    [Fact]
    public void The_program_goes_on_without_it()
    {
        for (int i = 0; i < 20; i++)
        {
            ProgramCode.Release();
            Assert.Equal(i, int.Parse(i.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        }
    }
}
