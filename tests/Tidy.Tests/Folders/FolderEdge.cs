namespace Tidy.Tests.Folders;

/// <summary>A name in a file of one folder that means a type of another folder of the same project.</summary>
internal sealed record FolderEdge(string From, string To, string File, int Line, string Type, string TypeFile);
