using BftCloud.Links;

namespace BftCloud.Links.Tests.Transport;

public sealed class ChaCha20Poly1305LinkTests : SecureLinkTests
{
    private protected override CipherSuites Suite => CipherSuites.ChaCha20Poly1305;
}
