using System.Globalization;
using System.Xml;

namespace DepSky.Clouds.Http;

/// <summary>A member of a folder, as a WebDAV server describes it.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="SizeBytes">Its length; null for none, or for one that makes no sense.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Modified">When it was last changed, by the server's clock.</param>
internal readonly record struct DavMember(string Address, long? SizeBytes, bool IsFolder, DateTimeOffset? Modified);

/// <summary>The answer to PROPFIND (RFC 4918): the members of a folder.</summary>
internal static class DavListing
{
    /// <summary>The element that an answer consists of.</summary>
    public const string Root = "multistatus";

    private const string Namespace = "DAV:";

    /// <summary>What is asked for.</summary>
    public static byte[] Request { get; } =
    [
        .. """<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:">"""u8,
        .. "<prop><resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>"u8,
    ];

    /// <summary>Reads the members, one after the other.</summary>
    public static async IAsyncEnumerable<DavMember> ReadAsync(XmlReader reader)
    {
        DavMember member = new("", null, false, null);
        bool read = await reader.ReadAsync().ConfigureAwait(false);
        while (read)
        {
            if (reader.NamespaceURI == Namespace && reader.NodeType == XmlNodeType.EndElement
                && reader.LocalName == "response")
            {
                yield return member;
                member = new DavMember("", null, false, null);
            }
            else if (reader.NamespaceURI == Namespace && reader.NodeType == XmlNodeType.Element)
            {
                string element = reader.LocalName;
                if (element == "collection") member = member with { IsFolder = true };
                else if (element is "href" or "getcontentlength" or "getlastmodified")
                {
                    string text = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    member = With(member, element, text);
                    continue; // it stands behind the element already
                }
            }
            read = await reader.ReadAsync().ConfigureAwait(false);
        }
    }

    private static DavMember With(DavMember member, string element, string text) => element switch
    {
        "href" => member with { Address = text },
        // Of a folder it may be empty.
        "getcontentlength" => member with
        {
            SizeBytes = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                ? length : null,
        },
        _ => member with
        {
            Modified = DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset when)
                ? when : null,
        },
    };
}
