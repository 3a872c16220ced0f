namespace Tidy.Tests.Members;

/// <summary>From where a member is named.</summary>
[Flags]
internal enum Uses
{
    None = 0,
    Products = 1,
    Tests = 2,
}
