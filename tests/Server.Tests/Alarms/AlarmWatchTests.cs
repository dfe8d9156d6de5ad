using System.Security.Claims;
using JkFleet.Bms;
using JkFleet.Contracts;
using JkFleet.Server.Accounts;
using JkFleet.Server.Alarms;
using JkFleet.Server.Tests.Fixtures;
using Xunit;

namespace JkFleet.Server.Tests.Alarms;

public sealed class AlarmWatchTests
{
  [Fact]
  public async Task An_alarm_is_open_until_it_is_over_and_a_restart_opens_no_second_one()
  {
    using var folder = new TestFolder();
    await using (var server = await TestServer.Start(folder: folder))
    {
      var watch = server.Get<AlarmWatch>();
      watch.Observe("dev-0001", With(BmsAlarms.CellOverVoltage | BmsAlarms.LowCapacity, LinkState.Ok));
      watch.Observe("dev-0001", With(BmsAlarms.CellOverVoltage, LinkState.Silent));
      await Eventually.True(async () => (await watch.Open("dev-0001", 10, default)).Count == 2, "two open");
      Assert.Equal(["cell_over_voltage", "inverter_lost"], (await watch.Open(null, 10, default)).Select(a => a.Kind).Order());
      await Eventually.True(() => server.Fleet.Find("dev-0001")!.OpenAlarms == 2, "live");
      Assert.Equal(AlarmSeverity.Critical, server.Fleet.Find("dev-0001")!.WorstAlarm);
      // It came and went between two writes, or was seen open first: either way it is in the log.
      await Eventually.True(async () => (await watch.Latest("dev-0001", 10, default)).Any(a => a.Kind == "low_capacity" && a.ClearedAt != null), "the short one is known");
      var open = (await watch.Open("dev-0001", 10, default))[0];
      var command = server.Get<AcknowledgeAlarm>();
      Assert.False((await command.Run(Person(Role.Installer), open.Id, default)).Done);
      Assert.True((await command.Run(Person(Role.Operator), open.Id, default)).Done);
      Assert.Contains("anna", (await command.Run(Person(Role.Administrator), open.Id, default)).Why, StringComparison.Ordinal);
    }

    await using var again = await TestServer.Start(folder: folder);
    var after = again.Get<AlarmWatch>();
    Assert.Equal(2, again.Fleet.Find("dev-0001")!.OpenAlarms);
    after.Observe("dev-0001", With(BmsAlarms.CellOverVoltage, LinkState.Ok));
    await Eventually.True(async () => (await after.Open("dev-0001", 10, default)).Count == 1, "one is over");
    after.Observe("dev-0001", With(BmsAlarms.None, LinkState.Ok));
    await Eventually.True(async () => (await after.Open("dev-0001", 10, default)).Count == 0, "all is over");
    Assert.Equal(3, (await after.Latest("dev-0001", 10, default)).Count);
  }

  private static ClaimsPrincipal Person(Role role) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna"), new Claim(Rights.Claim, $"{(int)role}:*")], "test"));

  private static TelemetryMessage With(BmsAlarms alarms, LinkState inverter)
  {
    var message = new TelemetryMessage { Bms = LinkState.Ok, Inverter = inverter };
    message.Snapshot.Alarms = alarms;
    return message;
  }
}
