using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Memcache.Tests.Server.Protocol;

/// <summary>A command that follows from five numbers, and what the model answers to it.</summary>
internal readonly record struct CacheStep(int Kind, int Key, int Number, int Length, int Choice)
{
    private const int KindCount = 17;

    private static readonly string[] s_modes = ["set", "add", "replace", "append", "prepend", "set"];
    private static readonly string[] s_metaModes = ["S", "E", "A", "P", "R", "S"];
    private static readonly int[] s_expiries = [0, 0, 0, 5, 60, -1, 2_000_000_000, 1_000_000_000];

    public static Gen<CacheStep> Generator =>
        from kind in Gen.Choose(0, KindCount - 1)
        from key in Gen.Choose(0, 11)
        from number in Gen.Choose(0, 1000)
        from length in Gen.Frequency(
            (6, Gen.Choose(0, 40)), (2, Gen.Choose(41, 900)), (1, Gen.Choose(4000, 90_000)))
        from choice in Gen.Choose(0, 63)
        select new CacheStep(kind, key, number, length, choice);

    public static CacheStep Random(Random random) => new(
        random.Next(KindCount), random.Next(12), random.Next(1001),
        random.Next(10) == 0 ? random.Next(4000, 90_000) : random.Next(900), random.Next(64));

    private string Name => $"key{Key}";

    private string Value => Choice % 3 == 0
        ? Number.ToString(CultureInfo.InvariantCulture)
        : new string((char)('a' + Number % 26), Length);

    private bool IsQuiet => Choice % 4 == 1;

    private int Expiry => s_expiries[Choice % s_expiries.Length];

    /// <summary>The command, and what the model answers. Time passes in both by the same steps.</summary>
    public (string Command, string Expected) Play(ModelCache model)
    {
        string value = Value, no = IsQuiet ? " noreply" : "", q = IsQuiet ? " q" : "";
        ulong cas = model.CasOf(Name) + (ulong)(Choice % 2);
        string mode = s_modes[Choice % s_modes.Length], meta = s_metaModes[Choice % s_metaModes.Length];
        switch (Kind)
        {
            case 0 or 1 or 2:
                return ($"{mode} {Name} {Number} {Expiry} {value.Length}{no}\r\n{value}\r\n",
                    Unless(IsQuiet, model.Store(mode, Name, (uint)Number, Expiry, value)));
            case 3:
                return ($"cas {Name} {Number} {Expiry} {value.Length} {cas}{no}\r\n{value}\r\n",
                    Unless(IsQuiet, model.Store("cas", Name, (uint)Number, Expiry, value, cas)));
            case 4:
                return ($"get {Name}\r\n", model.Get([Name], withCas: false));
            case 5:
                return ($"gets {Name} key0 key1  key2\r\n", model.Get([Name, "key0", "key1", "key2"], withCas: true));
            case 6:
                return ($"gat {Expiry} {Name} key3\r\n", model.Get([Name, "key3"], withCas: false, Expiry));
            case 7:
                return ($"delete {Name}{no}\r\n", Unless(IsQuiet, model.Delete(Name)));
            case 8:
                return ($"touch {Name} {Expiry}{no}\r\n", Unless(IsQuiet, model.Touch(Name, Expiry)));
            case 9:
                return ($"incr {Name} {Number}{no}\r\n", Unless(IsQuiet, model.Add(Name, true, (ulong)Number)));
            case 10:
                return ($"decr {Name} {Number}{no}\r\n", Unless(IsQuiet, model.Add(Name, false, (ulong)Number)));
            case 11:
                return Choice > 8
                    ? ($"get {Name}\r\n", model.Get([Name], withCas: false))
                    : ($"flush_all {Choice}{no}\r\n", Unless(IsQuiet, model.Flush(Choice)));
            case 12:
                return ($"mg {Name} t f c h O7 v{q}\r\n", model.MetaGet(Name, null, null, IsQuiet));
            case 13:
                return ($"mg {Name} N{Expiry} t f c h O7 v\r\n", model.MetaGet(Name, Expiry, null, quiet: false));
            case 14:
                return ($"mg {Name} t f c h O7 v R30\r\n", model.MetaGet(Name, null, 30, quiet: false));
            case 15:
                bool compares = Choice % 5 == 0;
                return ($"ms {Name} {value.Length} k c M{meta} F{Number} T{Expiry}{(compares ? $" C{cas}" : "")}{q}\r\n"
                        + $"{value}\r\n",
                    model.MetaSet(
                        Name, meta, (uint)Number, Expiry, value, compares ? cas : null, IsQuiet));
            default:
                bool invalidates = Choice % 2 == 0;
                return ($"md {Name} k{(Choice % 5 == 0 ? $" C{cas}" : "")}{(invalidates ? " I T30" : "")}{q}\r\n",
                    model.MetaDelete(Name, Choice % 5 == 0 ? cas : null, invalidates, IsQuiet));
        }
    }

    private static string Unless(bool quiet, string reply) => quiet ? "" : reply;
}
