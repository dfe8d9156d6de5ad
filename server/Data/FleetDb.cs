using JkFleet.Server.Accounts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Devices;
using System.Text.Json;
using JkFleet.Server.Profiles;
using JkFleet.Server.Rollouts;
using JkFleet.Server.Sites;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace JkFleet.Server.Data;

/// <summary>
/// Everything but samples: who, what, where, wishes and answers. One model, two databases (see the two classes below,
/// which exist so that each has its own migrations). Take it from <see cref="IDbContextFactory{FleetDb}"/>, one per action.
/// </summary>
public abstract class FleetDb(DbContextOptions options) : IdentityUserContext<Account>(options), IDataProtectionKeyContext
{
  public DbSet<Site> Sites => Set<Site>();
  public DbSet<Device> Devices => Set<Device>();
  public DbSet<ClaimCode> ClaimCodes => Set<ClaimCode>();
  public DbSet<ClaimUse> ClaimUses => Set<ClaimUse>();
  public DbSet<DesiredRow> Desired => Set<DesiredRow>();
  public DbSet<ReportedRow> Reported => Set<ReportedRow>();
  public DbSet<DeviceHello> Hellos => Set<DeviceHello>();
  public DbSet<Telemetry.LastReport> LastReports => Set<Telemetry.LastReport>();
  public DbSet<StoredEvent> DeviceEvents => Set<StoredEvent>();
  public DbSet<SentCommand> DeviceCommands => Set<SentCommand>();
  public DbSet<ChargeProfile> Profiles => Set<ChargeProfile>();
  public DbSet<ProfileRevision> ProfileRevisions => Set<ProfileRevision>();
  public DbSet<ProfileAssignment> ProfileAssignments => Set<ProfileAssignment>();
  public DbSet<Artifact> Artifacts => Set<Artifact>();
  public DbSet<Rollout> Rollouts => Set<Rollout>();
  public DbSet<RolloutDevice> RolloutDevices => Set<RolloutDevice>();
  public DbSet<Alarm> Alarms => Set<Alarm>();
  public DbSet<Grant> Grants => Set<Grant>();
  public DbSet<Invitation> Invitations => Set<Invitation>();
  public DbSet<Activity> Activities => Set<Activity>();
  public DbSet<SecurityEvent> SecurityEvents => Set<SecurityEvent>();
  public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

  /// <inheritdoc/>
  public override int SaveChanges(bool acceptAllChangesOnSuccess)
  {
    GuardActivities();
    return base.SaveChanges(acceptAllChangesOnSuccess);
  }

  /// <inheritdoc/>
  public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
  {
    GuardActivities();
    return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
  }

  protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
  {
    configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMsConverter>();
    configurationBuilder.Properties<string>().HaveMaxLength(400);
  }

  protected override void OnModelCreating(ModelBuilder builder)
  {
    base.OnModelCreating(builder);
    builder.Entity<Site>(site =>
    {
      site.HasIndex(s => s.Name).IsUnique();
      site.Property(s => s.Notes).HasMaxLength(4000);
      site.Property(s => s.Version).IsConcurrencyToken();
    });
    builder.Entity<Device>(device =>
    {
      device.Property(d => d.Id).HasMaxLength(JkFleet.Contracts.Topics.MaxDeviceId);
      device.HasOne<Site>().WithMany().HasForeignKey(d => d.SiteId).OnDelete(DeleteBehavior.Restrict);
      device.Property(d => d.Version).IsConcurrencyToken();
    });
    builder.Entity<ClaimCode>(code =>
    {
      code.HasIndex(c => c.CodeHash).IsUnique();
      code.HasOne<Site>().WithMany().HasForeignKey(c => c.SiteId).OnDelete(DeleteBehavior.Cascade);
      code.Property(c => c.Used).IsConcurrencyToken();
    });
    builder.Entity<ClaimUse>(use =>
    {
      use.HasIndex(u => new { u.ClaimCodeId, u.DeviceKeyHash }).IsUnique();
      use.HasOne<ClaimCode>().WithMany().HasForeignKey(u => u.ClaimCodeId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<DesiredRow>(row =>
    {
      row.ToTable("Desired").HasKey(r => r.DeviceId);
      row.Property(r => r.Version).IsConcurrencyToken();
      row.Property(r => r.ProfileContent).HasMaxLength(16384);
      row.HasIndex(r => r.RolloutId);
      row.HasOne<Device>().WithOne().HasForeignKey<DesiredRow>(r => r.DeviceId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<ReportedRow>(row =>
    {
      row.ToTable("Reported").HasKey(r => r.DeviceId);
      row.HasOne<Device>().WithOne().HasForeignKey<ReportedRow>(r => r.DeviceId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<DeviceHello>(hello =>
    {
      hello.HasKey(h => h.DeviceId);
      hello.HasOne<Device>().WithOne().HasForeignKey<DeviceHello>(h => h.DeviceId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<Telemetry.LastReport>(report =>
    {
      report.HasKey(r => r.DeviceId);
      report.HasOne<Device>().WithOne().HasForeignKey<Telemetry.LastReport>(r => r.DeviceId).OnDelete(DeleteBehavior.Cascade);
      report.Property(r => r.Content).HasMaxLength(JkFleet.Contracts.TelemetryCodec.MaxBytes);
    });
    builder.Entity<StoredEvent>(entry =>
    {
      entry.HasIndex(e => new { e.DeviceId, e.Boot, e.Seq }).IsUnique();
      entry.HasIndex(e => new { e.DeviceId, e.At });
      entry.HasIndex(e => e.At);
      entry.HasOne<Device>().WithMany().HasForeignKey(e => e.DeviceId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<SentCommand>(command =>
    {
      command.Property(c => c.Id).HasMaxLength(48);
      command.Property(c => c.Reason).HasMaxLength(1000);
      command.HasIndex(c => new { c.DeviceId, c.At });
      command.HasIndex(c => new { c.State, c.Until });
      command.HasOne<Device>().WithMany().HasForeignKey(c => c.DeviceId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<ChargeProfile>(profile =>
    {
      profile.HasIndex(p => p.Name).IsUnique();
      profile.Property(p => p.LatestRevision).IsConcurrencyToken();
    });
    builder.Entity<ProfileRevision>(revision =>
    {
      revision.HasIndex(r => new { r.ProfileId, r.Number }).IsUnique();
      revision.Property(r => r.Content).HasMaxLength(16384);
      revision.HasOne<ChargeProfile>().WithMany().HasForeignKey(r => r.ProfileId).OnDelete(DeleteBehavior.Restrict);
    });
    builder.Entity<ProfileAssignment>(assignment =>
    {
      assignment.HasIndex(a => new { a.Scope, a.Target }).IsUnique();
      assignment.HasOne<ChargeProfile>().WithMany().HasForeignKey(a => a.ProfileId).OnDelete(DeleteBehavior.Restrict);
    });
    builder.Entity<Artifact>(artifact => artifact.HasIndex(a => a.Sha256).IsUnique());
    builder.Entity<Rollout>(rollout =>
    {
      rollout.Property(r => r.Revision).IsConcurrencyToken();
      rollout.Property(r => r.Why).HasMaxLength(1000);
      rollout.Property(r => r.StateReason).HasMaxLength(1000);
      rollout.Property(r => r.Policy).HasMaxLength(4000).HasConversion(
        policy => JsonSerializer.Serialize(policy, JsonSerializerOptions.Default),
        text => JsonSerializer.Deserialize<RolloutPolicy>(text, JsonSerializerOptions.Default)!);
      rollout.HasMany(r => r.Waves).WithOne().HasForeignKey(w => w.RolloutId).OnDelete(DeleteBehavior.Cascade);
      rollout.HasMany(r => r.Devices).WithOne().HasForeignKey(d => d.RolloutId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<RolloutWave>().ToTable("RolloutWaves").HasIndex(w => new { w.RolloutId, w.Index }).IsUnique();
    builder.Entity<RolloutDevice>(device =>
    {
      device.ToTable("RolloutDevices").HasIndex(d => new { d.RolloutId, d.DeviceId }).IsUnique();
      device.HasIndex(d => d.DeviceId);
    });
    builder.Entity<Alarm>(alarm =>
    {
      // One open alarm per device and kind, also under concurrency (fleet.md 3: duplicates are what others are blamed for).
      alarm.HasIndex(a => a.DedupKey).IsUnique().HasFilter("\"ClearedAt\" IS NULL").HasDatabaseName("IX_Alarms_Open");
      alarm.HasIndex(a => new { a.DeviceId, a.OpenedAt });
      // The fleet's list: what is open, worst first; what was cleared lately; what is old enough to be deleted.
      alarm.HasIndex(a => new { a.ClearedAt, a.Severity, a.OpenedAt });
      alarm.HasOne<Device>().WithMany().HasForeignKey(a => a.DeviceId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<Grant>(grant =>
    {
      grant.HasIndex(g => new { g.AccountId, g.SiteId });
      grant.HasOne<Account>().WithMany().HasForeignKey(g => g.AccountId).OnDelete(DeleteBehavior.Cascade);
      grant.HasOne<Site>().WithMany().HasForeignKey(g => g.SiteId).OnDelete(DeleteBehavior.Cascade);
    });
    builder.Entity<Invitation>().HasIndex(i => i.TokenHash).IsUnique();
    builder.Entity<Activity>(activity =>
    {
      activity.Property(a => a.Before).HasMaxLength(16384);
      activity.Property(a => a.After).HasMaxLength(16384);
      activity.Property(a => a.Reason).HasMaxLength(1000);
      activity.HasIndex(a => a.At);
      activity.HasIndex(a => new { a.Subject, a.At });
    });
    builder.Entity<SecurityEvent>(entry =>
    {
      entry.HasIndex(e => e.LastAt);
      entry.HasIndex(e => new { e.Kind, e.Subject, e.Remote });
    });
    builder.Entity<DataProtectionKey>().Property(k => k.Xml).HasMaxLength(8000);
  }

  private void GuardActivities()
  {
    foreach (var entry in ChangeTracker.Entries<Activity>())
      if (entry.State is EntityState.Modified or EntityState.Deleted)
        throw new InvalidOperationException("The activity log is append-only.");
  }
}

/// <summary>The default database: one file in the data folder.</summary>
public sealed class SqliteFleetDb(DbContextOptions<SqliteFleetDb> options) : FleetDb(options);

/// <summary>The database of larger installations.</summary>
public sealed class PostgreSqlFleetDb(DbContextOptions<PostgreSqlFleetDb> options) : FleetDb(options);
