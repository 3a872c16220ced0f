namespace KvStore.Gateway.Scripts;

/// <summary>What a script sees of a key.</summary>
/// <param name="Value">Its string; null if it does not exist, or holds no string.</param>
/// <param name="Revision">Its revision; 0 if it does not exist.</param>
/// <param name="ExpiryMicros">When it expires, microseconds since the Unix epoch; null if it does not.</param>
/// <param name="HoldsOther">It holds no string.</param>
internal readonly record struct ScriptEntry(byte[]? Value, long Revision, long? ExpiryMicros, bool HoldsOther);
