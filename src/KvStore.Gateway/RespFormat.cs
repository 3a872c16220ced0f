using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>
/// Reads the store's reply to one command, which is no error, and writes it as the command's reply. False if it has
/// another shape than expected.
/// </summary>
internal delegate bool RespFormat(ref CanonicalReader reply, RespWriter output);
