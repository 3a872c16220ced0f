using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Memcache.Client.Sealing;

/// <summary>
/// Seals values under the application's key, and hides the names of their keys. A seal is the version 1, a salt of 24
/// bytes, then AES-256-GCM's text and tag under a key of its own that follows from the salt. The text is: whether there
/// is a value, the snapshot's number, the time of reading and the end of freshness in microseconds since 1970, the
/// value. Version and cache key are authenticated with it.
/// </summary>
internal sealed class Seal
{
    public const int KeyBytesMin = 32;

    private const byte Version = 1;
    private const int SaltBytes = 24;
    private const int TagBytes = 16;
    private const int TextStart = 1 + SaltBytes;
    private const int HeaderBytes = 1 + 3 * sizeof(long);
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;

    private static readonly long s_microsMax =
        (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly byte[] _nameKey, _valueKey;

    /// <param name="key">The application's, at least 32 random bytes.</param>
    /// <param name="space">Keeps uses of one key apart.</param>
    public Seal(ReadOnlySpan<byte> key, string space)
    {
        if (key.Length < KeyBytesMin)
            throw new ArgumentException(
                $"The key of a sealed cache has at least {KeyBytesMin} random bytes, not {key.Length}.", nameof(key));
        byte[] secret = key.ToArray();
        (_nameKey, _valueKey) = (Derive(secret, "names", space), Derive(secret, "values", space));
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>The name that the cache knows a key by. Without the secret it does not follow from the key.</summary>
    public string NameOf(string key) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_nameKey, Encoding.UTF8.GetBytes(key)));

    /// <summary>Seals what was read for a key.</summary>
    public byte[] Close(string key, SealedEntry entry)
    {
        ReadOnlySpan<byte> value = entry.Content.Value.GetValueOrDefault().Span;
        byte[] sealedBytes = new byte[TextStart + HeaderBytes + value.Length + TagBytes];
        sealedBytes[0] = Version;
        Span<byte> salt = sealedBytes.AsSpan(1, SaltBytes), text = sealedBytes.AsSpan(TextStart..^TagBytes);
        RandomNumberGenerator.Fill(salt);
        text[0] = entry.Content.Value is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(text[1..], entry.Content.Snapshot);
        BinaryPrimitives.WriteInt64BigEndian(text[9..], MicrosOf(entry.ReadAt));
        BinaryPrimitives.WriteInt64BigEndian(text[17..], MicrosOf(entry.FreshUntil));
        value.CopyTo(text[HeaderBytes..]);
        using AesGcm cipher = CipherOf(salt);
        cipher.Encrypt(
            stackalloc byte[NonceBytes], text, text, sealedBytes.AsSpan(^TagBytes..), Associated(key));
        return sealedBytes;
    }

    /// <summary>Opens a seal. False: it was not made for this key by an owner of the secret.</summary>
    public bool TryOpen(string key, ReadOnlySpan<byte> sealedBytes, out SealedEntry entry)
    {
        entry = null!;
        if (sealedBytes.Length < TextStart + HeaderBytes + TagBytes || sealedBytes[0] != Version) return false;
        byte[] text = new byte[sealedBytes.Length - TextStart - TagBytes];
        using (AesGcm cipher = CipherOf(sealedBytes.Slice(1, SaltBytes)))
        {
            try
            {
                cipher.Decrypt(
                    stackalloc byte[NonceBytes], sealedBytes[TextStart..^TagBytes], sealedBytes[^TagBytes..], text,
                    Associated(key));
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
        }
        long snapshot = BinaryPrimitives.ReadInt64BigEndian(text.AsSpan(1));
        long readAt = BinaryPrimitives.ReadInt64BigEndian(text.AsSpan(9));
        long freshUntil = BinaryPrimitives.ReadInt64BigEndian(text.AsSpan(17));
        if (text[0] > 1 || snapshot < 0 || !IsTime(readAt) || !IsTime(freshUntil)) return false;
        // A plain null would become an empty value.
        ReadOnlyMemory<byte>? value = text[0] == 0 ? default(ReadOnlyMemory<byte>?) : text.AsMemory(HeaderBytes);
        entry = new SealedEntry(new SealedValue(value, snapshot), TimeOf(readAt), TimeOf(freshUntil));
        return true;
    }

    /// <summary>Each seal has a key of its own, so its nonce is zero, and no count of seals wears a key out.</summary>
    private AesGcm CipherOf(ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HMACSHA256.HashData(_valueKey, salt, key);
        AesGcm cipher = new(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private static byte[] Associated(string key) => [Version, .. Encoding.UTF8.GetBytes(key)];

    private static byte[] Derive(byte[] secret, string use, string space) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, secret, KeyBytes, info: Encoding.UTF8.GetBytes($"sealed cache {use}: {space}"));

    private static bool IsTime(long micros) => micros >= 0 && micros <= s_microsMax;

    private static long MicrosOf(DateTimeOffset time) =>
        (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset TimeOf(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
