namespace Memcache.Server.Protocol;

/// <summary>The input behind a command line, of which the command's value is a part.</summary>
/// <param name="input">What has come.</param>
/// <param name="taken">Grows by what is consumed.</param>
internal readonly ref struct ValueInput(ReadOnlySpan<byte> input, ref int taken)
{
    private readonly ReadOnlySpan<byte> _input = input;
    private readonly ref int _taken = ref taken;

    /// <summary>Whether a value of that length and its end have come.</summary>
    public bool Holds(int length) => _input.Length - Texts.End.Length >= length;

    /// <summary>Consumes the value and its end. False: it does not end where it should.</summary>
    public bool TryTake(int length, out ReadOnlySpan<byte> value)
    {
        value = _input[..length];
        _taken += length + Texts.End.Length;
        return _input.Slice(length, Texts.End.Length).SequenceEqual(Texts.End);
    }
}
