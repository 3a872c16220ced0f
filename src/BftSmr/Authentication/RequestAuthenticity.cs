using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Authentication;

/// <summary>
/// Whether this replica can tell that a request is its client's, through any replica it came: by its own MAC, in mode
/// <c>mac</c>, or by a signature. A signature that is there has to be right even if the MAC is: a signed request passes
/// for one that every replica can verify.
/// </summary>
internal sealed class RequestAuthenticity(ReplicaSettings settings, IKeyring keyring)
{
    public bool IsAuthentic(Request request) =>
        request.IsSigned ? RequestCodec.VerifySignature(request, keyring)
        : settings.Authentication == RequestAuthentication.Mac
            && RequestCodec.VerifyMac(request, settings.Self, keyring);

    /// <summary>The clients in whose names a batch has requests that are not authentic, each once, in order.</summary>
    public IReadOnlyList<ClientId> Unauthenticated(Batch batch)
    {
        SortedSet<ClientId>? clients = null;
        for (int i = 0; i < batch.Requests.Count; i++)
        {
            if (!IsAuthentic(batch.Requests[i])) (clients ??= []).Add(batch.Requests[i].Session.Client);
        }
        return clients is null ? [] : [.. clients];
    }
}
