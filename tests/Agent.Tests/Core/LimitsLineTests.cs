using System.CommandLine;
using System.Text.Json.Nodes;
using JkFleet.Agent.Host.Limits;
using Xunit;

namespace JkFleet.Agent.Tests.Core;

/// <summary>The command lines <c>jkagent limits</c> and <c>jkagent profile</c>.</summary>
public sealed class LimitsLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jkfleet-limits-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (int Exit, JsonNode Answer) Run(Command command, params string[] args)
    {
        using var output = new StringWriter();
        var exit = command.Parse(args).Invoke(new InvocationConfiguration { Output = output, Error = output });
        return (exit, JsonNode.Parse(output.ToString())!);
    }

    private static JsonNode Limits(string args)
    {
        var (exit, answer) = Run(LimitsLine.Build(), args.Split(' '));
        Assert.Equal(0, exit);
        return answer;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    [Theory]
    [InlineData("--soc 92", 50000, 70000)]
    [InlineData("--soc 97 --temp-dc 250", 10000, 70000)]
    [InlineData("--soc 92 --cell-mean-mv 3350 --cell-max-mv 3360 --cell-min-mv 3340 --temp-dc 250 --bms-charge-ma 100000 --bms-discharge-ma 100000", 50000, 70000)]
    [InlineData("--soc 50 --bms-charge-ma 40000", 40000, 70000)]
    [InlineData("--soc 100", 5000, 70000)]
    [InlineData("--soc 3", 70000, 1300)]
    [InlineData("--soc 50 --charge-mos off", 0, 70000)]
    [InlineData("--soc 50 --discharge-mos off", 70000, 0)]
    [InlineData("--soc 50 --alarm cell_over_voltage", 0, 70000)]
    [InlineData("--soc 50 --fresh off", 0, 0)]
    [InlineData("--temp-dc 250", 0, 0)]
    [InlineData("--soc 50 --stale", 0, 0)]
    [InlineData("--soc 50 --age-ms 10000", 70000, 70000)]
    [InlineData("--soc 50 --age-ms 10001", 0, 0)]
    [InlineData("--soc-permille 925", 45000, 70000)]
    [InlineData("--soc 92.5", 45000, 70000)]
    [InlineData("--soc 0", 70000, 0)]
    [InlineData("--soc 50 --bms-charge-ma 0 --bms-discharge-ma 2147483647", 0, 70000)]
    [InlineData("--soc 50 --bms-charge-ma 99 --bms-discharge-ma 199", 0, 100)]
    [InlineData("--soc 50 --envelope-charge-ma 12345 --envelope-discharge-ma 0", 12300, 0)]
    [InlineData("--soc 50 --override-charge-ma 90000", 70000, 70000)]
    [InlineData("--soc 50 --override-charge-ma 90000 --override-raises on", 90000, 70000)]
    [InlineData("--soc 50 --temp-dc -400 --mos-temp-dc -1", 70000, 70000)]
    public void Limits_of_the_default_tables(string args, int chargeMa, int dischargeMa)
    {
        var answer = Limits(args);
        Assert.Equal(chargeMa, answer["charge_limit_ma"]!.GetValue<int>());
        Assert.Equal(dischargeMa, answer["discharge_limit_ma"]!.GetValue<int>());
        Assert.Equal(chargeMa > 0, answer["charge_allowed"]!.GetValue<bool>());
        Assert.Equal(dischargeMa > 0, answer["discharge_allowed"]!.GetValue<bool>());
        Assert.Equal((58400, 41600), (answer["charge_voltage_mv"]!.GetValue<int>(), answer["discharge_voltage_mv"]!.GetValue<int>()));
        Assert.NotNull(answer["reasons"]!["charge"]);
    }

    [Fact]
    public void The_envelope_of_cells_and_voltages_holds()
    {
        Assert.Equal(0, Limits("--soc 50 --cell-max-mv 3600 --envelope-cell-max-mv 3600")["charge_limit_ma"]!.GetValue<int>());
        Assert.Equal(0, Limits("--soc 50 --cell-min-mv 2700 --envelope-cell-min-mv 2700")["discharge_limit_ma"]!.GetValue<int>());
        Assert.Equal(57000, Limits("--soc 50 --envelope-charge-mv 57000")["charge_voltage_mv"]!.GetValue<int>());
        Assert.Equal(43000, Limits("--soc 50 --envelope-discharge-mv 43000")["discharge_voltage_mv"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("--soc -0.1", "soc")]
    [InlineData("--soc NaN", "soc")]
    [InlineData("--soc-permille 1001", "soc-permille")]
    [InlineData("--soc 5 --soc-permille 50", "soc-permille")]
    [InlineData("--soc 50 --minute 1440", "minute")]
    [InlineData("--soc 50 --bms-charge-ma -1", "bms-charge-ma")]
    [InlineData("--soc 50 --temp-dc 1401", "temp-dc")]
    [InlineData("--soc 50 --cells 33", "cells")]
    [InlineData("--soc 50 --cell-max-mv 65536", "cell-max-mv")]
    [InlineData("--soc 50 --alarm fire", "alarm")]
    [InlineData("--soc 50 --envelope-charge-mv -1", "envelope-charge-mv")]
    public void A_number_that_nothing_can_measure_is_named(string args, string field)
    {
        var (exit, answer) = Run(LimitsLine.Build(), args.Split(' '));
        Assert.Equal((1, "bad_value", field), (exit, answer["error"]!.GetValue<string>(), answer["field"]!.GetValue<string>()));
        Assert.NotEqual("", answer["detail"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("--soc abc", "--soc: 'abc' is no number")]
    [InlineData("--bms-charge-ma 1.5", "--bms-charge-ma: '1.5' is no whole number")]
    [InlineData("--bms-charge-ma 2147483648", "no whole number")]
    [InlineData("--charge-mos maybe", "maybe")]
    [InlineData("--wheather 5", "--wheather")]
    public void An_option_that_cannot_be_read_is_named(string args, string words)
    {
        using var output = new StringWriter();
        var exit = LimitsLine.Build().Parse(args.Split(' ')).Invoke(new InvocationConfiguration { Output = TextWriter.Null, Error = output });
        Assert.NotEqual(0, exit);
        Assert.Contains(words, output.ToString());
    }

    [Fact]
    public void A_stop_over_something_that_is_not_given_stops()
    {
        var path = Write("n.json", """{"charge_cell_max_mv":[3400,3500],"charge_cell_max_ma":[100000,0],"stop_charge_soc_permille":950,"restart_charge_soc_permille":800,"force_start_soc_permille":100,"force_stop_soc_permille":200}""");
        var answer = Limits($"--profile {path} --cell-max-mv 3300");
        Assert.Equal((0, "soc_stop", false), (answer["charge_limit_ma"]!.GetValue<int>(), answer["reasons"]!["charge"]!.GetValue<string>(), answer["force_charge"]!.GetValue<bool>()));
        Assert.Equal(500000, answer["discharge_limit_ma"]!.GetValue<int>());
    }

    /// <summary>Cases reckoned by reference/limits_reference.py, which knows the handbook and not this code.</summary>
    [Fact]
    public void An_independent_reckoning_agrees()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "JkFleet.sln"))) folder = Path.GetDirectoryName(folder)!;
        var cases = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tests/Agent.Tests/Core/reference/limits_cases.json")))!;
        var paths = cases["profiles"]!.AsArray().Select((p, i) => Write($"r{i}.json", p!.ToJsonString())).ToArray();
        var n = 0;
        foreach (var one in cases["cases"]!.AsArray())
        {
            var args = one!["args"]!.GetValue<string>();
            if (one["profile"] is { } profile) args = $"--profile {paths[profile.GetValue<int>()]} {args}";
            var answer = Limits(args);
            foreach (var key in new[] { "charge_limit_ma", "discharge_limit_ma", "charge_voltage_mv", "discharge_voltage_mv" })
                Assert.True(answer[key]!.GetValue<int>() == one[key]!.GetValue<int>(), $"{args}: {key} {answer[key]} instead of {one[key]}, {answer["reasons"]!.ToJsonString()}");
            n++;
        }

        Assert.True(n >= 500);
    }

    [Fact]
    public void A_profile_file_is_used_and_its_stops_hold()
    {
        var path = Write("p.json", """{"charge_cell_max_mv":[3400,3500],"charge_cell_max_ma":[100000,0],"stop_charge_soc_permille":950,"restart_charge_soc_permille":800}""");
        Assert.Equal(53000, Limits($"--profile {path} --soc 60 --cell-max-mv 3447")["charge_limit_ma"]!.GetValue<int>());
        Assert.Equal("source_missing", Limits($"--profile {path} --soc 60")["reasons"]!["charge"]!.GetValue<string>());
        Assert.Equal("soc_stop", Limits($"--profile {path} --soc 95 --cell-max-mv 3300")["reasons"]!["charge"]!.GetValue<string>());
        Assert.Equal("soc_stop", Limits($"--profile {path} --soc 90 --cell-max-mv 3300 --charge-stopped on")["reasons"]!["charge"]!.GetValue<string>());
        Assert.Equal(100000, Limits($"--profile {path} --soc 79 --cell-max-mv 3300 --charge-stopped on")["charge_limit_ma"]!.GetValue<int>());
    }

    [Fact]
    public void A_bad_profile_is_named_and_gives_no_limits()
    {
        var unknown = Write("u.json", """{"charge_mondays_ma":1}""");
        var (exit, answer) = Run(LimitsLine.Build(), "--profile", unknown, "--soc", "50");
        Assert.Equal((1, "charge_mondays_ma"), (exit, answer["field"]!.GetValue<string>()));
        var absurd = Write("a.json", """{"rise_ma_per_s":1}""");
        (exit, answer) = Run(ProfileLine.Build(), "check", absurd);
        Assert.Equal((1, "rise_ma_per_s", 100), (exit, answer["faults"]![0]!["field"]!.GetValue<string>(), answer["faults"]![0]!["bound"]!.GetValue<int>()));
        Assert.Equal(1, Run(ProfileLine.Build(), "check", "/nonexistent/x.json").Exit);
    }

    [Fact]
    public void The_origins_forms_become_its_tables()
    {
        const string Forms = """
            rampacarga=rampaSOC&regla1SOC=80&regla1mV=3300&regla1Amp=70&regla2SOC=85&regla2mV=3340&regla2Amp=70&regla3SOC=90&regla3mV=3390&regla3Amp=70&regla4SOC=95&regla4mV=3400&regla4Amp=20&regla5SOC=98&regla5mV=3450&regla5Amp=5

            rampadescarga=rampaMV
            regla1SOC=20
            regla1mV=3100
            regla1Amp=70
            regla2mV=3050
            regla2Amp=35
            regla3mV=3000
            regla3Amp=10
            regla4mV=2800
            regla4Amp=4
            regla5mV=2680
            regla5Amp=0

            stopcargasoc=95&restartcargasoc=80&stopdescargasoc=8&restartdescargasoc=25&checkstopcargatension=1&stopcargatension=57.6

            nivelsocbajo=20
            """;
        var (exit, p) = Run(ProfileLine.Build(), "import-origin", Write("forms.txt", Forms));
        Assert.Equal(0, exit);
        Assert.Equal("[800,850,900,950,980]", p["charge_soc_permille"]!.ToJsonString());
        Assert.Equal("[70000,70000,70000,20000,5000]", p["charge_soc_ma"]!.ToJsonString());
        Assert.Equal("[2680,2800,3000,3050,3100]", p["discharge_cell_min_mv"]!.ToJsonString());
        Assert.Equal("[0,4000,10000,35000,70000]", p["discharge_cell_min_ma"]!.ToJsonString());
        Assert.Null(p["discharge_soc_permille"]);
        Assert.Equal((950, 800, 80, 250, 200), (N("stop_charge_soc_permille"), N("restart_charge_soc_permille"), N("stop_discharge_soc_permille"), N("restart_discharge_soc_permille"), N("low_soc_permille")));
        Assert.Equal((57600, 56430), (N("stop_charge_mv"), N("restart_charge_mv")));
        var path = Write("imported.json", p.ToJsonString());
        Assert.Equal(0, Run(ProfileLine.Build(), "check", path).Exit);
        Assert.Equal(0, Run(ProfileLine.Build(), "show", path).Exit);
        int N(string name) => p[name]!.GetValue<int>();
    }

    [Theory]
    [InlineData("""{"rampaCarga":[[80,3300,70],[85,3340,70],[90,3390,70],[95,3400,20],[98,3450,5]],"soc_max_stop_carga":95,"soc_min_restart_carga":80}""")]
    [InlineData("""{"bateria":{"rampaCarga":[{"SOC":80,"mV":3300,"Amp":70},{"SOC":85,"mV":3340,"Amp":70},{"SOC":90,"mV":3390,"Amp":70},{"SOC":95,"mV":3400,"A":20},{"SOC":98,"mV":3450,"A":5}],"stopcargasoc":"95","restartcargasoc":80}}""")]
    public void The_origins_tables_as_JSON_become_the_same(string json)
    {
        var (exit, p) = Run(ProfileLine.Build(), "import-origin", Write("origin.json", json));
        Assert.Equal(0, exit);
        Assert.Equal("[800,850,900,950,980] [70000,70000,70000,20000,5000]", $"{p["charge_soc_permille"]!.ToJsonString()} {p["charge_soc_ma"]!.ToJsonString()}");
        Assert.Equal("[20,50,100,150,200]", p["discharge_soc_permille"]!.ToJsonString());
        Assert.Equal((950, 800), (p["stop_charge_soc_permille"]!.GetValue<int>(), p["restart_charge_soc_permille"]!.GetValue<int>()));
    }

    [Theory]
    [InlineData("{\"rampaCarga\":[[80,3300,70]]}", "1 rules instead of 5")]
    [InlineData("{\"rampaLateral\":[]}", "rampaLateral is no ramp")]
    [InlineData("{\"rampaCarga\":", "no JSON")]
    [InlineData("{\"rampaCarga\":[5,5,5,5,5]}", "missing")]
    [InlineData("", "none of the origin's")]
    [InlineData("rampacarga=rampaSOC&regla1SOC=80", "missing")]
    [InlineData("stopcargasoc=alto", "no number")]
    public void Text_that_is_no_origin_form_is_refused(string text, string why)
    {
        var (exit, answer) = Run(ProfileLine.Build(), "import-origin", Write("bad.txt", text));
        Assert.Equal(1, exit);
        Assert.Contains(why, answer["detail"]!.GetValue<string>());
    }
}
