using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class Aegis128LLinkTests : SecureLinkTests
{
    private protected override CipherSuites Suite => CipherSuites.Aegis128L;
}
