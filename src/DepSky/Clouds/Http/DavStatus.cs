using System.Net;

namespace DepSky.Clouds.Http;

/// <summary>What WebDAV servers mean by their statuses, which differ from one to the other.</summary>
internal static class DavStatus
{
    public static bool IsSuccess(HttpStatusCode status) => (int)status is >= 200 and < 300;

    /// <summary>Whether a folder of the destination may be missing.</summary>
    public static bool MayMissFolder(HttpStatusCode status) =>
        status is HttpStatusCode.Conflict or HttpStatusCode.NotFound
            or HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError;

    /// <summary>
    /// Whether another writer's move may be in the way: a lock, or a refusal where there are no locks.
    /// </summary>
    public static bool IsInTheWay(HttpStatusCode status, bool overwrite) =>
        status == HttpStatusCode.Locked || (overwrite && status == HttpStatusCode.Forbidden);
}
