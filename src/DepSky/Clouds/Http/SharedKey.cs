using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace DepSky.Clouds.Http;

/// <summary>
/// Signs requests to Azure Storage by the account's key ("Authorize with Shared Key", version 2009-09-19 and later,
/// Blob service).
/// </summary>
internal sealed class SharedKey : IDisposable
{
    private readonly string _account;
    private readonly byte[] _key;

    /// <exception cref="FormatException">The key is not base 64.</exception>
    public SharedKey(string account, string keyBase64) =>
        (_account, _key) = (account, Convert.FromBase64String(keyBase64));

    /// <summary>Adds the date and the signature; all other headers and the content must be there already.</summary>
    public void Sign(HttpRequestMessage request, DateTimeOffset now)
    {
        request.Headers.Add("x-ms-date", now.ToString("R", CultureInfo.InvariantCulture));
        byte[] signature = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(TextToSign(request)));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "SharedKey", $"{_account}:{Convert.ToBase64String(signature)}");
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private string TextToSign(HttpRequestMessage request)
    {
        long length = request.Content?.Headers.ContentLength ?? 0;
        StringBuilder text = new();
        text.Append(request.Method.Method).Append('\n')
            .Append("\n\n") // Content-Encoding, Content-Language
            .Append(length == 0 ? "" : length.ToString(CultureInfo.InvariantCulture)).Append('\n')
            .Append('\n') // Content-MD5
            .Append(request.Content?.Headers.ContentType?.ToString()).Append('\n')
            .Append("\n\n\n\n\n\n"); // Date and the conditions; Range goes by x-ms-range
        foreach ((string name, IEnumerable<string> values) in request.Headers
            .Where(static h => h.Key.StartsWith("x-ms-", StringComparison.Ordinal))
            .OrderBy(static h => h.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(':').AppendJoin(',', values).Append('\n');
        }
        Uri uri = request.RequestUri!;
        text.Append('/').Append(_account).Append(uri.AbsolutePath);
        foreach ((string name, string value) in Parameters(uri.Query)
            .OrderBy(static p => p.Name, StringComparer.Ordinal))
            text.Append('\n').Append(name).Append(':').Append(value);
        return text.ToString();
    }

    private static IEnumerable<(string Name, string Value)> Parameters(string query)
    {
        foreach (string pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            yield return (pair[..equals], Uri.UnescapeDataString(pair[(equals + 1)..]));
        }
    }
}
