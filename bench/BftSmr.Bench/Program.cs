using System.Globalization;
using BenchSuite;
using BftSmr.Bench;

if (args is ["bulk", string links, string mebibytes, string underWay])
{
    BulkDelay.Run(
        links == "two", long.Parse(mebibytes, CultureInfo.InvariantCulture) << 20,
        int.Parse(underWay, CultureInfo.InvariantCulture));
    return 0;
}
return BenchProgram.Run(typeof(Program).Assembly, args);
