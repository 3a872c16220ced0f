namespace BftCloud.Links;

/// <summary>
/// What a socket is watched for, or ready for. A broken connection is ready for both: the next call says what is wrong.
/// </summary>
[Flags]
internal enum Readiness
{
    None = 0,
    Receive = 1,
    Send = 2,
}
