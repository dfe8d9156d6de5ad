using JkFleet.Agent.Host.Ports;
using JkFleet.Agent.Host.Supervision;
using JkFleet.Agent.Portal;

namespace JkFleet.Agent.Host.Portal;

/// <summary>What the installer set at the portal, read at every start. The command line, being explicit, wins.</summary>
internal static class LocalSetup
{
    /// <summary>The plan with what the store adds to it.</summary>
    public static RunPlan Apply(RunPlan plan, Journal journal)
    {
        if (plan.PortalAt is null || plan.Store is null) return plan;
        var full = plan;
        if (plan.Server is null && Enrolment.Load(plan.Store) is { } enrolled) full = full with { Server = enrolled.Address, Identity = enrolled.Identity };
        var wiring = new Wiring();
        if (!wiring.Load(plan.Store)) return full;
        if (plan.Bms is null)
        {
            var chosen = full with { Bms = wiring.BmsPort.Length > 0 ? wiring.BmsPort : null, BmsProtocol = wiring.Bms };
            if (BmsWires.Complaint(chosen) is { } wrong) journal.Say("portal", "the BMS stays as it was: " + wrong);
            else full = chosen;
        }

        if (plan.Inverter is not null) return full;
        var port = wiring.InverterPort.StartsWith(SlcanPort.Scheme, StringComparison.Ordinal) ? wiring.InverterPort[SlcanPort.Scheme.Length..] : wiring.InverterPort;
        return full with { Inverter = port.Length > 0 ? port : null, InverterProtocol = wiring.Inverter };
    }

    /// <summary>Factory reset: every record but the launcher's, which says which build runs.</summary>
    public static void Forget(FileStore store)
    {
        foreach (var file in Directory.EnumerateFiles(store.Folder))
        {
            var name = Path.GetFileName(file);
            if (name is "boot" || name.StartsWith("slot-", StringComparison.Ordinal) || name.EndsWith(".pub", StringComparison.Ordinal)) continue;
            File.Delete(file);
        }
    }
}
