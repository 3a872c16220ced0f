using System.Numerics;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace BftCloud.Links;

/// <summary>
/// How two nodes agree on a cipher suite. The initiator offers in the first message of the handshake; the responder
/// chooses in the second. Both payloads are encrypted and authenticated: an attacker between them cannot force a suite.
/// </summary>
internal static class SuiteChoice
{
    /// <summary>What this machine is fast with; ChaCha20-Poly1305 is always among them.</summary>
    public static CipherSuites OfThisMachine { get; } = X86Aes.IsSupported || ArmAes.IsSupported
        ? CipherSuites.ChaCha20Poly1305 | CipherSuites.Aegis128L
        : CipherSuites.ChaCha20Poly1305;

    /// <summary>The best suite that both ends have; bits that this node does not know are passed over.</summary>
    /// <returns>False if there is none.</returns>
    public static bool TryChoose(CipherSuites offered, CipherSuites own, out CipherSuites chosen)
    {
        CipherSuites common = offered & own;
        chosen = common.HasFlag(CipherSuites.Aegis128L)
            ? CipherSuites.Aegis128L
            : common & CipherSuites.ChaCha20Poly1305;
        return chosen != CipherSuites.None;
    }

    /// <summary>Whether an answer names one suite, and one of those that were offered.</summary>
    public static bool IsAnswerTo(CipherSuites offered, CipherSuites chosen) =>
        BitOperations.PopCount((uint)chosen) == 1 && (offered & chosen) == chosen;
}
