using Microsoft.AspNetCore.Identity;

namespace JkFleet.Server.Accounts;

/// <summary>A person who may sign in. What the person may do stands in the grants.</summary>
public sealed class Account : IdentityUser
{
  public string DisplayName { get; set; } = "";
  public DateTimeOffset CreatedAt { get; set; }
  public DateTimeOffset? DisabledAt { get; set; }
}

/// <summary>From the least to the most; each includes the ones before.</summary>
public enum Role
{
  /// <summary>Sees.</summary>
  Viewer = 0,
  /// <summary>Also onboards and replaces devices.</summary>
  Installer = 1,
  /// <summary>Also pushes profiles, acknowledges alarms, runs rollouts.</summary>
  Operator = 2,
  /// <summary>Also manages people, sites and keys.</summary>
  Administrator = 3,
}

/// <summary>One person's role, for one site or (null) for all.</summary>
public sealed class Grant
{
  public int Id { get; set; }
  public required string AccountId { get; set; }
  public Role Role { get; set; }
  public int? SiteId { get; set; }
}

/// <summary>A link that makes one account: single use, expiring.</summary>
public sealed class Invitation
{
  public int Id { get; set; }
  public required byte[] TokenHash { get; set; }
  public Role Role { get; set; }
  public int? SiteId { get; set; }
  public string Note { get; set; } = "";
  public required string CreatedBy { get; set; }
  public DateTimeOffset CreatedAt { get; set; }
  public DateTimeOffset ExpiresAt { get; set; }
  public DateTimeOffset? UsedAt { get; set; }
  public string? UsedBy { get; set; }
}

/// <summary>Who did what, when, from what to what, why. Append-only: code and database refuse to change or delete it.</summary>
public sealed class Activity
{
  public long Id { get; set; }
  public DateTimeOffset At { get; set; }
  public required string Actor { get; set; }

  /// <summary>Verb and noun, e.g. <c>site.created</c>.</summary>
  public required string Action { get; set; }

  /// <summary>What it was done to, e.g. <c>device:jk-0007</c>.</summary>
  public required string Subject { get; set; }

  public int? SiteId { get; set; }
  public string? Before { get; set; }
  public string? After { get; set; }
  public string Reason { get; set; } = "";
}

/// <summary>Someone tried what is not allowed. Repetitions within an hour are one row with a count, so an attack cannot fill the disk.</summary>
public sealed class SecurityEvent
{
  public long Id { get; set; }
  public DateTimeOffset FirstAt { get; set; }
  public DateTimeOffset LastAt { get; set; }

  /// <summary>snake_case, e.g. <c>wrong_secret</c>, <c>forbidden_publish</c>.</summary>
  public required string Kind { get; set; }

  /// <summary>Device id or account name as given, cut to 64 characters.</summary>
  public required string Subject { get; set; }

  public required string Remote { get; set; }
  public string Detail { get; set; } = "";
  public int Count { get; set; }
}
