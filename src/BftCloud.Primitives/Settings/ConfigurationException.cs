namespace BftCloud.Primitives;

/// <summary>
/// A configuration that cannot be used. The message names the file, the key, what is wrong with it and what to do.
/// </summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>An error in a whole file.</summary>
    /// <param name="source">The file, or what else the configuration came from.</param>
    /// <param name="problem">What is wrong and what to do, in whole sentences.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public ConfigurationException(string source, string problem, Exception? cause = null)
        : base($"{source}: {problem}", cause) => Source = source;

    /// <summary>An error in one key.</summary>
    /// <param name="source">The file, or what else the configuration came from.</param>
    /// <param name="key">The key, with its path: <c>replicas[2].publicKey</c>.</param>
    /// <param name="problem">What is wrong and what to do, in whole sentences.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public ConfigurationException(string source, string key, string problem, Exception? cause = null)
        : base($"{source}: '{key}': {problem}", cause) => (Source, Key) = (source, key);

    /// <summary>The key that is wrong; null when the file as a whole is.</summary>
    public string? Key { get; }
}
