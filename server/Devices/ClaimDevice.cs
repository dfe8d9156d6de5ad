using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Broker;
using JkFleet.Server.Data;
using JkFleet.Server.Profiles;
using Microsoft.Extensions.Options;

namespace JkFleet.Server.Devices;

/// <summary>What a board sends to get in.</summary>
/// <param name="Code">As typed or scanned.</param>
/// <param name="Board">Hardware variant.</param>
/// <param name="Agent">Version of the agent.</param>
/// <param name="DeviceKey">16..128 random characters that the board made and keeps: asking again with it meets the same device.</param>
public sealed record ClaimRequest(
  [property: JsonPropertyName("code")] string? Code,
  [property: JsonPropertyName("board")] string? Board,
  [property: JsonPropertyName("agent")] string? Agent,
  [property: JsonPropertyName("device_key")] string? DeviceKey);

/// <summary>All that a board needs from then on.</summary>
public sealed record ClaimAnswer(
  [property: JsonPropertyName("device_id")] string DeviceId,
  [property: JsonPropertyName("mqtt_host")] string MqttHost,
  [property: JsonPropertyName("mqtt_port")] int MqttPort,
  [property: JsonPropertyName("mqtt_tls")] bool MqttTls,
  [property: JsonPropertyName("secret")] string Secret,
  [property: JsonPropertyName("desired")] JsonElement? Desired);

/// <summary>
/// <c>POST /api/v1/claims</c>: the one way by which a device comes into being. No session: whoever holds an unused code is
/// in, so it is rate limited, and every wrong code gives the same answer.
/// </summary>
public sealed class ClaimDevice(
  IDbContextFactory<FleetDb> databases, DesiredState door, Enrolment enrolment, MqttBroker broker, SecurityLog security, ActivityLog activity,
  DesiredMail mail, WebAddresses addresses, IOptions<BrokerOptions> options, TimeProvider clock)
{
  /// <summary>Wrong codes per minute after which an address is not listened to for the rest of it.</summary>
  private const int WrongPerMinute = 20;

  private const string WrongCode = "This code is not valid: mistyped, used up, expired or withdrawn. Ask for a new one.";

  private readonly WrongTries _wrong = new(clock);

  public async Task<Outcome<ClaimAnswer>> Run(ClaimRequest request, string host, string remote, CancellationToken stop)
  {
    if (request.DeviceKey is not { Length: >= 16 and <= 128 }) return Refused(ClaimRefusal.BadRequest, "device_key has 16..128 characters.", "device_key");
    if (request.Board is { Length: > 32 } || request.Agent is { Length: > 64 }) return Refused(ClaimRefusal.BadRequest, "board has up to 32 characters, agent up to 64.", "board");
    if (_wrong.TooMany(remote, WrongPerMinute)) return Refused(ClaimRefusal.TooManyTries, "Too many wrong codes from this address. Wait a minute.");
    var hash = ClaimText.Hash(request.Code ?? "");
    var key = SHA256.HashData(Encoding.UTF8.GetBytes(request.DeviceKey));
    var now = clock.GetUtcNow();
    await using var db = await databases.CreateDbContextAsync(stop);
    await using var transaction = await db.Database.BeginTransactionAsync(stop);
    // Found by the hash of 78 random bits: how long an index takes to miss says nothing about any code.
    var code = await db.ClaimCodes.AsNoTracking().FirstOrDefaultAsync(c => c.CodeHash == hash, stop);
    if (code is null || code.RevokedAt is not null || code.ExpiresAt <= now) return Wrong(remote, code is null ? "no such code" : "expired or withdrawn");

    var secret = DeviceSecret.Make();
    var use = await db.ClaimUses.AsNoTracking().FirstOrDefaultAsync(u => u.ClaimCodeId == code.Id && u.DeviceKeyHash == key, stop);
    Device device;
    if (use is not null)
    {
      // The answer got lost on its way: the same board gets a new secret for its own device, and no second device.
      device = await db.Devices.FirstAsync(d => d.Id == use.DeviceId, stop);
      if (device.RevokedAt is not null) return Wrong(remote, "its device is revoked");
      device.SecretHash = DeviceSecret.Hash(secret);
    }
    else
    {
      var left = await db.ClaimCodes.Where(c => c.Id == code.Id && c.Used < c.MaxDevices).ExecuteUpdateAsync(c => c.SetProperty(x => x.Used, x => x.Used + 1), stop);
      if (left == 0) return Wrong(remote, "used up");
      device = code.ReplacesDeviceId is { } old ? await Replace(db, old, secret, stop) : await Make(db, code, secret, now, stop);
      db.ClaimUses.Add(new ClaimUse { ClaimCodeId = code.Id, DeviceKeyHash = key, DeviceId = device.Id, At = now });
      activity.Add(
        db, "claim code of " + code.CreatedBy, code.ReplacesDeviceId is null ? "device.claimed" : "device.replaced", "device:" + device.Id, device.SiteId, null,
        new { board = request.Board, agent = request.Agent, remote });
    }

    if (request.Board is { Length: > 0 }) device.Board = request.Board;
    if (request.Agent is { Length: > 0 }) device.Agent = request.Agent;
    device.Version++;
    await db.SaveChangesAsync(stop);
    await transaction.CommitAsync(stop);

    var site = await db.Sites.AsNoTracking().FirstAsync(s => s.Id == device.SiteId, stop);
    enrolment.Take(device, site.Name);
    // Whoever still has the old secret (the board that is replaced) is out.
    await broker.Kick(device.Id);
    return Outcome<ClaimAnswer>.Of(new ClaimAnswer(
      device.Id,
      options.Value.PublicHost.Length > 0 ? options.Value.PublicHost : host,
      options.Value.PublicPort > 0 ? options.Value.PublicPort : addresses.MqttTlsPort > 0 ? addresses.MqttTlsPort : addresses.MqttPort,
      MqttTls: addresses.MqttTlsPort > 0,
      secret,
      await Desired(db, device, site.Tags, stop)));
  }

  private Outcome<ClaimAnswer> Wrong(string remote, string detail)
  {
    _wrong.Count(remote);
    security.Add("wrong_claim_code", "claim", remote, detail);
    return Refused(ClaimRefusal.WrongCode, WrongCode, "code");
  }

  private static Outcome<ClaimAnswer> Refused(ClaimRefusal why, string text, string? field = null) => Outcome<ClaimAnswer>.Refused([new(text, field, ClaimRefusalNames.Of(why))]);

  private static async Task<Device> Make(FleetDb db, ClaimCode code, string secret, DateTimeOffset now, CancellationToken stop)
  {
    // Ten letters: short enough for a label, far from any collision; checked all the same.
    string id;
    do id = $"{code.Prefix}-{RandomNumberGenerator.GetString("abcdefghjkmnpqrstvwxyz23456789", 10)}";
    while (await db.Devices.AnyAsync(d => d.Id == id, stop));
    var device = new Device { Id = id, Name = id, SiteId = code.SiteId, SecretHash = DeviceSecret.Hash(secret), CreatedAt = now };
    db.Devices.Add(device);
    return device;
  }

  private static async Task<Device> Replace(FleetDb db, string id, string secret, CancellationToken stop)
  {
    var device = await db.Devices.FirstAsync(d => d.Id == id, stop);
    device.SecretHash = DeviceSecret.Hash(secret);
    (device.OldSecretHash, device.OldSecretUntil) = (null, null);
    device.RevokedAt = null;
    device.Generation++;
    return device;
  }

  /// <summary>The first desired state: what is wished already (a replaced board), else the nearest assignment.</summary>
  private async Task<JsonElement?> Desired(FleetDb db, Device device, string siteTags, CancellationToken stop)
  {
    var row = await db.Desired.AsNoTracking().FirstOrDefaultAsync(r => r.DeviceId == device.Id, stop);
    if (row?.ProfileContent is null && await PushProfile.AssignedAsync(db, device, siteTags, stop) is { } assigned)
    {
      var content = await db.ProfileRevisions.Where(r => r.ProfileId == assigned.ProfileId && r.Number == assigned.Revision).Select(r => r.Content).FirstAsync(stop);
      await door.ChangeAsync([device.Id], new DesiredChange.Profile(assigned.ProfileId, assigned.Revision, content), assigned.Author, "follows its " + assigned.Scope.ToString().ToLowerInvariant(), cancellationToken: stop);
      row = await db.Desired.AsNoTracking().FirstOrDefaultAsync(r => r.DeviceId == device.Id, stop);
    }

    if (row is null || mail.Write(row) is not { } message) return null;
    using var document = JsonDocument.Parse(message);
    return document.RootElement.Clone();
  }
}

/// <summary>The address of claims.</summary>
public static class ClaimEndpoint
{
  public static WebApplication MapClaims(this WebApplication app)
  {
    app.MapPost("/api/v1/claims", async (ClaimRequest request, HttpContext http, ClaimDevice claim, CancellationToken stop) =>
    {
      var outcome = await claim.Run(request, http.Request.Host.Host, http.Connection.RemoteIpAddress?.ToString() ?? "", stop);
      return outcome.Done
        ? Results.Json(outcome.Value)
        : Results.Problem(outcome.Why, statusCode: StatusCodes.Status403Forbidden, extensions: new Dictionary<string, object?> { ["refusal"] = outcome.Refusals[0].Name, ["field"] = outcome.Refusals[0].Field });
    }).AllowAnonymous();
    return app;
  }
}
