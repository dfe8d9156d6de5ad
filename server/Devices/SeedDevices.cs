using JkFleet.Server.Data;
using JkFleet.Server.Sites;

namespace JkFleet.Server.Devices;

/// <summary>Makes the devices of <see cref="SeedOptions"/> that are not there yet.</summary>
public static class SeedDevices
{
  public static async Task Run(FleetDb db, SeedOptions seed, DateTimeOffset now, CancellationToken stop)
  {
    if (seed.Count == 0) return;
    var sites = new List<Site>();
    for (var i = 1; i <= seed.Sites; i++)
    {
      var name = i <= seed.SiteNames.Length ? seed.SiteNames[i - 1] : seed.Sites == 1 ? $"Seed {seed.Prefix}" : $"Seed {seed.Prefix} {i}";
      var site = await db.Sites.FirstOrDefaultAsync(s => s.Name == name, stop);
      if (site is null)
      {
        site = new Site { Name = name, CreatedAt = now };
        db.Sites.Add(site);
      }

      sites.Add(site);
    }

    await db.SaveChangesAsync(stop);
    var start = seed.Prefix + "-";
    var there = (await db.Devices.Where(d => d.Id.StartsWith(start)).Select(d => d.Id).ToListAsync(stop)).ToHashSet(StringComparer.Ordinal);
    for (var n = 1; n <= seed.Count; n++)
    {
      var id = $"{seed.Prefix}-{n:0000}";
      if (there.Contains(id)) continue;
      db.Devices.Add(new Device
      {
        Id = id,
        Name = id,
        SiteId = sites[n % sites.Count].Id,
        SecretHash = DeviceSecret.Hash(DeviceSecret.Seeded(seed.Secret, id)),
        CreatedAt = now,
      });
    }

    await db.SaveChangesAsync(stop);
  }
}
