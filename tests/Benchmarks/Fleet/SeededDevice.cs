using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>A device that the server knows by its setting Devices:Seed, so that thousands need no claiming.</summary>
internal sealed record SeededDevice(string Id, string Secret)
{
    /// <summary>The n-th device, from 1: id <c>prefix-0001</c>, secret base64url(HMAC-SHA256(seed secret, id)).</summary>
    public static SeededDevice Of(string prefix, string seedSecret, int number)
    {
        var id = prefix + "-" + number.ToString("0000", CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(seedSecret), Encoding.UTF8.GetBytes(id));
        return new SeededDevice(id, Convert.ToBase64String(mac).TrimEnd('=').Replace('+', '-').Replace('/', '_'));
    }

    public static SeededDevice[] Many(string prefix, string seedSecret, int count)
        => [.. Enumerable.Range(1, count).Select(n => Of(prefix, seedSecret, n))];
}
