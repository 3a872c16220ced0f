using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>What a client core asks of its host, to be carried out in order.</summary>
internal abstract record ClientEffect;

/// <summary>Sends to one replica, or loses the message if its link is down or its queue full.</summary>
internal sealed record SendToReplicaEffect(ReplicaId To, ClientMessage Message) : ClientEffect;

/// <summary>The operation is over for its caller; <see cref="ClientOperation.Outcome"/> says how.</summary>
internal sealed record OperationCompletedEffect(ClientOperation Operation) : ClientEffect;

/// <summary>The session is open: f+1 replicas said so.</summary>
internal sealed record SessionOpenedEffect(SessionId Session) : ClientEffect;

/// <summary>
/// f+1 replicas say that the session is gone, or cannot be opened. Outstanding operations have been completed. Queued
/// ones wait for <see cref="ClientCore.Open"/> with another nonce, or for <see cref="ClientCore.FailWaiting"/>.
/// </summary>
/// <param name="Session">The session.</param>
/// <param name="WhileOpening">It was never open.</param>
/// <param name="FirstFree">This nonce and the 2^32 - 1 above it open a session; 0 if the replicas did not say.</param>
internal sealed record SessionExpiredEffect(SessionId Session, bool WhileOpening, ulong FirstFree) : ClientEffect;
