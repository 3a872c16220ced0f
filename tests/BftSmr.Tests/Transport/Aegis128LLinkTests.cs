using BftCloud.Links;

namespace BftSmr.Tests.Transport;

public sealed class Aegis128LLinkTests : SecureLinkTests
{
    private protected override CipherSuites Suite => CipherSuites.Aegis128L;
}
