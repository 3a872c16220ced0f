using BftSmr.Messages;

namespace BftSmr.Requests;

/// <summary>What some pending requests take of the room there is.</summary>
/// <param name="Requests">How many there are.</param>
/// <param name="Signed">How many of them are signed.</param>
/// <param name="Bytes">Their size with their authentication.</param>
internal readonly record struct RequestLoad(int Requests, int Signed, long Bytes)
{
    public static RequestLoad Of(Request request) => new(1, request.IsSigned ? 1 : 0, request.SizeBytes);

    public static RequestLoad operator +(RequestLoad a, RequestLoad b) =>
        new(a.Requests + b.Requests, a.Signed + b.Signed, a.Bytes + b.Bytes);

    public static RequestLoad operator -(RequestLoad a, RequestLoad b) =>
        new(a.Requests - b.Requests, a.Signed - b.Signed, a.Bytes - b.Bytes);
}
