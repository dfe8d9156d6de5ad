using JkFleet.Agent.Portal;
using JkFleet.Agent.Ports;
using JkFleet.Agent.Tests.Core;
using JkFleet.Contracts;
using Xunit;

namespace JkFleet.Agent.Tests.Portal;

/// <summary>What an installer sets at the portal: the two wires and the fleet server.</summary>
public sealed class PortalSetupTests
{
    [Fact]
    public void Wiring_is_checked_and_survives()
    {
        var site = Site.SignedIn();
        foreach (var (bms, inverter, bmsPort, inverterPort, wrong) in new[]
        {
            ("none such", "deye", "", "", "BMS protocol:"), ("jk02", "none such", "", "", "Inverter:"), ("jk02", "deye", "a b", "", "BMS port:"),
            ("jk02", "deye", "slcan:/dev/ttyACM0", "", "not slcan:"), ("jk02", "deye", "/dev/ttyACM0", "slcan:/dev/ttyACM0", "same adapter"), ("can-jk", "deye", "/dev/ttyUSB0", "", "CAN adapter"), ("can-jk-doc", "deye", "/dev/ttyUSB0", "", "CAN adapter"), ("jk02", "deye", "", "/dev/ttyACM0", "Inverter port:"),
        })
        {
            var (status, body) = site.Post("/wiring", ("bms", bms), ("inverter", inverter), ("bmsport", bmsPort), ("inverterport", inverterPort));
            Assert.Equal(422, status);
            Assert.Contains(wrong, body, StringComparison.Ordinal);
            if (bmsPort.Length > 0) Assert.Contains($"value=\"{bmsPort}\"", body, StringComparison.Ordinal); // a mistake does not cost the rest
        }

        Assert.False(site.Store.Records.ContainsKey(Wiring.Record));
        Assert.Equal(303, site.Post("/wiring", ("bms", "can-jk-doc"), ("inverter", "deye"), ("bmsport", "slcan:/dev/ttyACM0"), ("inverterport", "")).Status);
        Assert.Equal(303, site.Post("/wiring", ("bms", "jk02"), ("inverter", "deye"), ("bmsport", "/dev/ttyUSB0"), ("inverterport", "slcan:/dev/ttyACM0")).Status);
        var wiring = new Wiring();
        Assert.True(wiring.Load(site.Store));
        Assert.Equal(("jk02", "/dev/ttyUSB0", "deye", "slcan:/dev/ttyACM0"), (wiring.Bms, wiring.BmsPort, wiring.Inverter, wiring.InverterPort));
    }

    [Fact]
    public void A_port_is_picked_from_what_is_plugged_in_and_typed_where_it_is_not()
    {
        const string Wire = "/dev/serial/by-id/usb-FTDI-if00", Can = "/dev/serial/by-id/usb-CAN-if00";
        var site = Site.SignedIn();
        Assert.Contains("<input id=bmsport", site.Get("/setup").Body, StringComparison.Ordinal);
        Assert.Contains("No serial adapter was found", site.Get("/setup").Body, StringComparison.Ordinal);
        site.Ports.Plugged = [Wire, Can];
        var page = site.Get("/setup").Body;
        Assert.DoesNotContain("<input id=bmsport", page, StringComparison.Ordinal);
        Assert.DoesNotContain("No serial adapter was found", page, StringComparison.Ordinal);
        Assert.Contains($"<option value=\"{Can}\">Maker &amp; &lt;product&gt; 1</option>", page, StringComparison.Ordinal);

        // Only the device is picked; what it takes to speak to it follows from the protocol.
        Assert.Equal(("jk02", Wire, "slcan:" + Can), Picked("jk02", Wire, Can));
        Assert.Contains($"<option value=\"{Can}\" selected>", site.Get("/setup").Body, StringComparison.Ordinal);
        Assert.Equal(("can-jk", "slcan:" + Wire, "slcan:" + Can), Picked("can-jk", Wire, Can));
        Assert.Contains($"<option value=\"{Wire}\" selected>", site.Get("/setup").Body, StringComparison.Ordinal);
        Assert.Contains("same adapter", site.Post("/wiring", ("bms", "jk02"), ("inverter", "deye"), ("bmsport", Can), ("inverterport", Can)).Body, StringComparison.Ordinal);

        // One that was pulled stays chosen, and the page says so.
        site.Ports.Plugged = [Wire];
        Assert.Contains($"<option value=\"slcan:{Can}\" selected>not in the list: slcan:{Can}</option>", site.Get("/setup").Body, StringComparison.Ordinal);
        Assert.Equal(("jk02", Wire, "slcan:" + Can), Picked("jk02", Wire, "slcan:" + Can));

        // "Type another" without script: the answer is a field for it.
        var (status, typed) = site.Post("/wiring", ("bms", "jk02"), ("inverter", "deye"), ("bmsport", "?"), ("inverterport", "slcan:" + Can));
        Assert.Equal(200, status);
        Assert.Contains("Type the name of the port", typed, StringComparison.Ordinal);
        Assert.Matches("<input id=bmsport[^>]*>", typed);
        Assert.Contains($"<input id=inverterport", typed, StringComparison.Ordinal); // what was typed may still be corrected
        Assert.Contains($"value=\"slcan:{Can}\"", typed, StringComparison.Ordinal);
        Assert.Equal(("jk02", "/dev/rfcomm0", "slcan:" + Can), Picked("jk02", "/dev/rfcomm0", "slcan:" + Can));

        (string, string, string) Picked(string protocol, string bms, string inverter)
        {
            Assert.Equal(303, site.Post("/wiring", ("bms", protocol), ("inverter", "deye"), ("bmsport", bms), ("inverterport", inverter)).Status);
            var wiring = new Wiring();
            Assert.True(wiring.Load(site.Store));
            return (wiring.Bms, wiring.BmsPort, wiring.InverterPort);
        }
    }

    [Fact]
    public void A_board_whose_wires_are_pins_shows_no_port()
    {
        var site = new Site(new HandStore(), pins: true);
        site.Post("/welcome", ("password", Site.Password), ("again", Site.Password));
        var page = site.Get("/setup").Body;
        Assert.Contains("id=bms ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("bmsport", page, StringComparison.Ordinal);
        Assert.DoesNotContain("inverterport", page, StringComparison.Ordinal);
        Assert.Equal(303, site.Post("/wiring", ("bms", "jk02"), ("inverter", "deye"), ("bmsport", "/dev/ttyUSB0")).Status);
        var wiring = new Wiring();
        Assert.True(wiring.Load(site.Store));
        Assert.Equal("", wiring.BmsPort);
    }

    [Fact]
    public void A_claim_runs_in_the_background_and_the_page_says_how_it_went()
    {
        var site = Site.SignedIn();
        Assert.Equal(422, site.Post("/claim", ("server", "fleet.local"), ("code", "ABC")).Status);
        Assert.Contains("Claim code:", site.Post("/claim", ("server", "http://fleet.local"), ("code", "")).Body, StringComparison.Ordinal);
        Assert.Equal(303, site.Post("/claim", ("server", "http://fleet.local:8080"), ("code", "ABC")).Status);
        Assert.Equal("http://fleet.local:8080 ABC", site.Claim.Asked);
        site.Claim.State = ErrandState.Failed;
        site.Claim.Why = "<b>\"no\" & 'never'</b>";
        Assert.Contains("&lt;b&gt;&quot;no&quot; &amp; &#39;never&#39;&lt;/b&gt;", site.Get("/setup").Body, StringComparison.Ordinal);
        site.Claim.Reason = "of_a_newer_server";
        Assert.Contains("El alta falló: &lt;b&gt;", site.Get("/setup?lang=es").Body, StringComparison.Ordinal);
        site.Claim.Reason = ClaimRefusalNames.Of(ClaimRefusal.WrongCode);
        Assert.Contains("El alta falló: el código no es válido", site.Get("/setup?lang=es").Body, StringComparison.Ordinal);
        Assert.Contains("The claim failed: this code is not valid", site.Get("/setup?lang=en").Body, StringComparison.Ordinal);
    }
}
