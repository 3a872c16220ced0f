namespace BftCloud.Features.Kv;

/// <summary>A put of a value, or a get that returned it; 0 is no value.</summary>
internal readonly record struct RegisterAccess(bool IsPut, long Value);
