using System.CommandLine;

namespace BftCloud.Features;

/// <summary>
/// Something that this program offers, all of it in a folder of its own. All that the program has to know of it is said
/// here, and nowhere else: the list of features is the only place outside of the folder that names it.
/// </summary>
/// <param name="Name">Its name on the command line.</param>
internal record Feature(string Name)
{
    /// <summary>Makes its command below <c>bftcloud</c>; null if it has none.</summary>
    public Func<Command>? Verbs { get; init; }

    /// <summary>Makes its command below <c>bftcloud bench</c>, if it measures something other than a cluster.</summary>
    public Func<Command>? BenchVerb { get; init; }

    /// <summary>
    /// The exceptions by which it tells that an operation failed, and why. Asked for once one fails: naming them loads
    /// the feature's libraries.
    /// </summary>
    public Func<IReadOnlyList<Type>> Failures { get; init; } = static () => [];
}
