using System.Buffers.Text;
using System.Text;

namespace KvStore.Gateway.Protocol;

/// <summary>Writes replies in the version of the protocol that the connection speaks.</summary>
internal sealed class RespWriter
{
    private const int BytesMin = 1024;
    private const int BytesKeptMax = 64 << 10;
    private const int LineBytesMax = 24;

    private static ReadOnlySpan<byte> TextMark => "txt:"u8;

    private byte[] _bytes = new byte[BytesMin];
    private int _length;

    /// <summary>2 or 3.</summary>
    public int Version { get; set; } = 2;

    public int Length => _length;
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Takes back what was written since it had this length.</summary>
    public void TakeBack(int length) => _length = length;

    public void Reset()
    {
        _length = 0;
        if (_bytes.Length > BytesKeptMax) _bytes = new byte[BytesMin];
    }

    /// <summary>
    /// Gives what was written away: its bytes stay as they are, and the next go elsewhere. Returns how much memory that
    /// is, bytes.
    /// </summary>
    public int Detach()
    {
        int size = _bytes.Length;
        _bytes = new byte[BytesMin];
        _length = 0;
        return size;
    }

    /// <summary>+text</summary>
    public void Simple(ReadOnlySpan<byte> text)
    {
        Put((byte)'+');
        Raw(text);
        EndLine();
    }

    public void Ok() => Raw("+OK\r\n"u8);

    /// <summary>-text, without ends of lines at its own ends; those within are made spaces.</summary>
    public void Error(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text.Trim('\r', '\n'));
        bytes.AsSpan().Replace((byte)'\r', (byte)' ');
        bytes.AsSpan().Replace((byte)'\n', (byte)' ');
        Put((byte)'-');
        Raw(bytes);
        EndLine();
    }

    public void Integer(long value) => Line((byte)':', value);

    public void Bulk(ReadOnlySpan<byte> bytes)
    {
        Line((byte)'$', bytes.Length);
        Raw(bytes);
        EndLine();
    }

    /// <summary>A score, in the third version as a double.</summary>
    public void Double(double value)
    {
        Span<byte> text = stackalloc byte[ScoreText.LengthMax];
        text = text[..ScoreText.Format(value, text)];
        if (Version == 2)
        {
            Bulk(text);
            return;
        }
        Put((byte)',');
        Raw(text);
        EndLine();
    }

    /// <summary>Text for people to read.</summary>
    public void Verbatim(ReadOnlySpan<byte> text)
    {
        if (Version == 2)
        {
            Bulk(text);
            return;
        }
        Line((byte)'=', TextMark.Length + text.Length);
        Raw(TextMark);
        Raw(text);
        EndLine();
    }

    public void Bulk(string text) => Bulk(Encoding.UTF8.GetBytes(text));

    /// <summary>No value.</summary>
    public void Null() => Raw(Version == 2 ? "$-1\r\n"u8 : "_\r\n"u8);

    /// <summary>No array.</summary>
    public void NullArray() => Raw(Version == 2 ? "*-1\r\n"u8 : "_\r\n"u8);

    public void Array(int count) => Line((byte)'*', count);

    /// <summary>As many pairs follow.</summary>
    public void Map(int count) => Line(Version == 2 ? (byte)'*' : (byte)'%', Version == 2 ? 2 * count : count);

    /// <summary>As many members follow.</summary>
    public void Set(int count) => Line(Version == 2 ? (byte)'*' : (byte)'~', count);

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    private void Line(byte kind, long value)
    {
        Span<byte> span = Reserve(LineBytesMax);
        span[0] = kind;
        Utf8Formatter.TryFormat(value, span[1..], out int digits);
        span[digits + 1] = (byte)'\r';
        span[digits + 2] = (byte)'\n';
        _length += digits + 3;
    }

    private void EndLine() => Raw("\r\n"u8);

    private void Put(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
            System.Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + count));
        return _bytes.AsSpan(_length);
    }
}
