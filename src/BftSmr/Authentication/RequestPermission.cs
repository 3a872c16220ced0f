using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Authentication;

/// <summary>
/// Whether a request is one that its client may make. It follows from the configuration alone, so all correct replicas
/// agree on it: a request that one of them refuses is never ordered, and every other one refuses it as well.
/// </summary>
internal sealed class RequestPermission(RightsTable rights)
{
    /// <summary>Sessions may be opened with any rights; they cost a client its share of sessions only.</summary>
    public bool Permits(Request request) => request.Kind switch
    {
        RequestKind.Command => rights.Has(request.Session.Client, ClientRights.Write),
        RequestKind.OrderedQuery => rights.Has(request.Session.Client, ClientRights.Read),
        _ => true,
    };

    /// <summary>Whether every request of a batch is permitted: only a faulty leader proposes another one.</summary>
    public bool Permits(Batch batch)
    {
        if (!rights.HasExceptions) return true;
        for (int i = 0; i < batch.Requests.Count; i++)
        {
            if (!Permits(batch.Requests[i])) return false;
        }
        return true;
    }
}
