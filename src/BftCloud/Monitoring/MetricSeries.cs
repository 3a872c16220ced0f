using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace BftCloud.Monitoring;

/// <summary>What a series does with the values it is given.</summary>
internal enum MetricKind
{
    /// <summary>Adds them up; never falls.</summary>
    Sum,

    /// <summary>Adds them up; may fall.</summary>
    Level,

    /// <summary>Keeps the latest.</summary>
    Last,

    /// <summary>Counts them by size.</summary>
    Histogram,
}

/// <summary>The values of one instrument under one set of tags.</summary>
internal sealed class MetricSeries
{
    /// <summary>
    /// Upper bounds of the buckets, in the instrument's unit: powers of two, which fit bytes and counts as well as
    /// (from 2^-20 on) seconds.
    /// </summary>
    private static readonly double[] Bounds =
    [
        .. Enumerable.Range(-20, 51).Where(static power => power % 2 == 0).Select(static power => Math.Pow(2, power))
    ];

    private readonly Lock _gate = new();
    private readonly MetricKind _kind;
    private readonly bool _isObserved;
    private readonly long[] _buckets = [];
    private double _value;
    private long _count;

    private MetricSeries(MetricKind kind, bool isObserved)
    {
        (_kind, _isObserved) = (kind, isObserved);
        if (kind == MetricKind.Histogram) _buckets = new long[Bounds.Length];
    }

    public static MetricSeries For(Instrument instrument) => new(KindOf(instrument), instrument.IsObservable);

    public static MetricKind KindOf(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>)) return MetricKind.Sum;
        if (type == typeof(UpDownCounter<>)) return MetricKind.Level;
        return type == typeof(Histogram<>) ? MetricKind.Histogram : MetricKind.Last;
    }

    public void Record(double value)
    {
        lock (_gate)
        {
            switch (_kind)
            {
                case MetricKind.Histogram:
                    _count++;
                    _value += value;
                    int bucket = Array.BinarySearch(Bounds, value);
                    if (bucket < 0) bucket = ~bucket;
                    if (bucket < _buckets.Length) _buckets[bucket]++;
                    break;
                case MetricKind.Sum or MetricKind.Level when !_isObserved:
                    _value += value;
                    break;
                default:
                    _value = value;
                    break;
            }
        }
    }

    public void Write(StringBuilder text, string name, string labels)
    {
        lock (_gate)
        {
            string braces = labels.Length == 0 ? "" : $"{{{labels}}}";
            if (_kind != MetricKind.Histogram)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {_value}\n");
                return;
            }
            string prefix = labels.Length == 0 ? "" : $"{labels},";
            long cumulative = 0;
            for (int i = 0; i < _buckets.Length; i++)
            {
                cumulative += _buckets[i];
                text.Append(
                    CultureInfo.InvariantCulture, $"{name}_bucket{{{prefix}le=\"{Bounds[i]}\"}} {cumulative}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{prefix}le=\"+Inf\"}} {_count}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {_value}\n{name}_count{braces} {_count}\n");
        }
    }
}
