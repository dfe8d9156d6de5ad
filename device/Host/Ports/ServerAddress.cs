using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace JkFleet.Agent.Host.Ports;

/// <summary>Where the server's broker listens: <c>mqtt://host[:1883]</c> or <c>mqtts://host[:8883]</c>.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Tls">Encrypted; certificate checked against the system's roots or the pinned authority.</param>
/// <param name="Authority">The only authorities believed, or null for the system's.</param>
internal sealed record ServerAddress(string Host, int Port, bool Tls, X509Certificate2Collection? Authority)
{
    /// <summary>Reads an address from the command line.</summary>
    /// <param name="text">The address.</param>
    /// <param name="authorityFile">PEM file with the only authority to believe, or null.</param>
    /// <param name="address">The result.</param>
    /// <param name="wrong">What to tell the person.</param>
    public static bool TryParse(string text, string? authorityFile, [NotNullWhen(true)] out ServerAddress? address, out string wrong)
    {
        address = null;
        wrong = "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("mqtt" or "mqtts") || uri.Host.Length == 0)
        {
            wrong = $"'{text}' is no server address; write mqtt://host:1883 or mqtts://host:8883";
            return false;
        }

        var tls = uri.Scheme == "mqtts";
        X509Certificate2Collection? authority = null;
        if (authorityFile is not null)
        {
            if (!tls)
            {
                wrong = $"--ca is only of use with mqtts://; '{text}' is not encrypted";
                return false;
            }

            try
            {
                authority = [];
                authority.ImportFromPemFile(authorityFile);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                wrong = $"--ca {authorityFile}: {e.Message}";
                return false;
            }

            if (authority.Count == 0)
            {
                wrong = $"--ca {authorityFile}: no certificate in it (PEM is expected)";
                return false;
            }
        }

        address = new ServerAddress(uri.Host, uri.Port > 0 ? uri.Port : tls ? 8883 : 1883, tls, authority);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(Tls ? "mqtts" : "mqtt")}://{Host}:{Port}";
}

/// <summary>Who the agent is to the server: MQTT client id and user are the device id, the password is its secret.</summary>
/// <param name="DeviceId">As enrolled.</param>
/// <param name="Secret">As issued; never printed.</param>
internal sealed record DeviceIdentity(string DeviceId, string Secret)
{
    /// <inheritdoc/>
    public override string ToString() => DeviceId;
}
