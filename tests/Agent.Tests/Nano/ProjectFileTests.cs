using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>
/// The .nfproj files cannot be built here, so everything about them that can be wrong on paper is checked: sources, references,
/// packages, identifiers, imports, and that each compiles exactly what its shadow compiled.
/// </summary>
public sealed partial class ProjectFileTests
{
    private const string ProjectType = "{11A8DD76-328B-46DF-9F39-F559912D0360}";
    private static readonly XNamespace Ms = "http://schemas.microsoft.com/developer/msbuild/2003";
    private static readonly string Device = Path.GetFullPath(Path.Combine(NanoFolder.Api, "..", "..", "..", ".."));

    // What each package needs itself: packages.config lists all of it, not only what we name.
    private static readonly Dictionary<string, string[]> Needs = new(StringComparer.Ordinal)
    {
        ["System.IO.Streams"] = ["CoreLibrary", "System.Text"],
        ["System.IO.FileSystem"] = ["CoreLibrary", "System.IO.Streams", "System.Text", "Runtime.Events"],
        ["System.IO.Ports"] = ["CoreLibrary", "System.IO.Streams", "System.Text", "Runtime.Events"],
        ["System.Device.Gpio"] = ["CoreLibrary", "Runtime.Events"],
        ["System.Device.I2c"] = ["CoreLibrary"],
        ["System.Device.Spi"] = ["CoreLibrary", "System.Device.Gpio", "Runtime.Events"],
        ["System.Net"] = ["CoreLibrary", "Runtime.Events", "System.IO.Streams", "System.Text", "System.Threading"],
        ["System.Net.Http"] = ["CoreLibrary", "System.Net", "System.IO.Streams", "System.Text", "System.Threading", "System.Collections"],
        ["System.Device.Wifi"] = ["CoreLibrary", "System.Net", "System.Threading", "Runtime.Events"],
        ["Networking.Sntp"] = ["CoreLibrary", "System.Net", "Runtime.Events"],
        ["Hardware.Esp32"] = ["CoreLibrary", "System.Device.Gpio", "Runtime.Events", "Runtime.Native"],
        ["M2Mqtt"] = ["CoreLibrary", "M2Mqtt.Core", "System.Net", "System.Collections", "System.IO.Streams", "System.Text", "System.Threading", "Runtime.Events", "Runtime.Native"],
    };

    public static TheoryData<string> Projects() => [.. Directory.GetFiles(Device, "*.nfproj", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Device, f))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_compiles_exactly_what_its_shadow_compiled(string project)
    {
        var path = Path.Combine(Device, project);
        var sources = Sources(path);
        Assert.NotEmpty(sources);
        var shadow = Directory.GetFiles(Path.Combine(Device, "NanoApi", "Shadows"), "*.csproj", SearchOption.AllDirectories)
            .Single(f => XDocument.Load(f).Descendants("AssemblyName").Single().Value == Property(Load(path), "AssemblyName"));
        Assert.Equal(Sources(shadow), sources.Where(s => Path.GetFileName(s) != "AssemblyInfo.cs"));
        Assert.Contains(sources, s => Path.GetFileName(s) == "AssemblyInfo.cs");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_literal_path_exists_in_exactly_this_case(string project)
    {
        var path = Path.Combine(Device, project);
        var folder = Path.GetDirectoryName(path)!;
        var items = Load(path).Descendants(Ms + "Compile").Concat(Load(path).Descendants(Ms + "None")).Concat(Load(path).Descendants(Ms + "ProjectReference"));
        foreach (var include in items.Select(i => i.Attribute("Include")!.Value).Where(i => !i.Contains('*', StringComparison.Ordinal)))
        {
            var file = Path.GetFullPath(Path.Combine(folder, include.Replace('\\', '/')));
            Assert.True(Directory.GetFiles(Path.GetDirectoryName(file)!).Contains(file, StringComparer.Ordinal), $"{project}: {include}");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_and_packages_agree_and_are_complete(string project)
    {
        var path = Path.Combine(Device, project);
        var folder = Path.GetDirectoryName(path)!;
        var packages = Packages(folder);
        var referenced = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in Load(path).Descendants(Ms + "Reference"))
        {
            var hint = reference.Element(Ms + "HintPath")!.Value;
            var match = HintPath().Match(hint);
            Assert.True(match.Success, hint);
            Assert.Equal(reference.Attribute("Include")!.Value, match.Groups["dll"].Value);
            // "packages" lies beside the solution.
            Assert.Equal(Path.Combine(Device, "packages"), Path.GetFullPath(Path.Combine(folder, match.Groups["up"].Value.Replace('\\', '/'), "packages")));
            referenced.Add(match.Groups["id"].Value, match.Groups["version"].Value);
        }

        Assert.Equal(packages.OrderBy(p => p.Key, StringComparer.Ordinal), referenced.OrderBy(p => p.Key, StringComparer.Ordinal));
        foreach (var id in packages.Keys)
            foreach (var need in Needs.GetValueOrDefault(id, []))
                Assert.True(packages.ContainsKey(need), $"{project}: {id} needs {need}");
        // What the shadow was allowed to use must be here.
        var shadow = Directory.GetFiles(NanoFolder.Shadows, "*.dll").Single(f => Path.GetFileNameWithoutExtension(f) == Property(Load(path), "AssemblyName"));
        using var assembly = new NanoAssembly(shadow);
        var dlls = Load(path).Descendants(Ms + "Reference").Select(r => r.Attribute("Include")!.Value).ToHashSet(StringComparer.Ordinal);
        var projects = Load(path).Descendants(Ms + "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).ToHashSet(StringComparer.Ordinal);
        foreach (var handle in assembly.Reader.AssemblyReferences)
        {
            var name = assembly.Reader.GetString(assembly.Reader.GetAssemblyReference(handle).Name);
            Assert.True(dlls.Contains(name) || projects.Contains(name), $"{project} uses {name} and does not reference it");
        }
    }

    [Fact]
    public void One_version_of_each_package_and_it_is_the_transcribed_one()
    {
        var versions = Directory.GetFiles(Device, "packages.config", SearchOption.AllDirectories)
            .SelectMany(f => Packages(Path.GetDirectoryName(f)!)).Distinct().ToList();
        Assert.Equal(versions.Count, versions.DistinctBy(v => v.Key).Count());
        var transcribed = Directory.GetFiles(Path.Combine(Device, "NanoApi"), "*.cs", SearchOption.AllDirectories)
            .Select(f => Transcribed().Match(File.ReadLines(f).First())).Where(m => m.Success)
            .GroupBy(m => m.Groups["id"].Value.Replace("nanoFramework.", "", StringComparison.Ordinal), m => m.Groups["version"].Value)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var (id, version) in versions)
        {
            Assert.True(transcribed.ContainsKey(id), $"no signatures of {id}");
            Assert.Equal(version.Split('.')[..2], transcribed[id].Split('.')[..2]);
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_form_is_what_the_toolchain_wants(string project)
    {
        var document = Load(Path.Combine(Device, project));
        var root = document.Root!;
        Assert.Equal("Current", root.Attribute("ToolsVersion")!.Value);
        Assert.Equal(ProjectType + ";{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}", Property(document, "ProjectTypeGuids"));
        Assert.Equal("v1.0", Property(document, "TargetFrameworkVersion"));
        Assert.Equal("9.0", Property(document, "LangVersion"));
        Assert.Equal("512", Property(document, "FileAlignment"));
        Assert.Equal(project.EndsWith("JkFleet.Boot.nfproj", StringComparison.Ordinal) ? "Exe" : "Library", Property(document, "OutputType"));
        Assert.Equal(Path.GetFileNameWithoutExtension(project), Property(document, "AssemblyName"));
        var globals = root.Elements().First();
        Assert.Equal("Globals", globals.Attribute("Label")!.Value);
        Assert.Equal("$(MSBuildExtensionsPath)\\nanoFramework\\v1.0\\", globals.Element(Ms + "NanoFrameworkProjectSystemPath")!.Value);
        string[] imports = ["NFProjectSystem.Default.props", "NFProjectSystem.props", "NFProjectSystem.CSharp.targets"];
        Assert.Equal(imports.Select(i => "$(NanoFrameworkProjectSystemPath)" + i), root.Elements(Ms + "Import").Select(i => i.Attribute("Project")!.Value));
        Assert.True(root.Elements().Last().Name == Ms + "ProjectExtensions" && root.Elements().Reverse().Skip(1).First().Name == Ms + "Import");
    }

    [Fact]
    public void The_solution_holds_every_project_by_its_own_identifier()
    {
        var lines = File.ReadAllLines(Path.Combine(Device, "JkFleet.Device.sln"));
        var listed = lines.Select(l => SolutionLine().Match(l)).Where(m => m.Success).ToList();
        Assert.Equal(Directory.GetFiles(Device, "*.nfproj", SearchOption.AllDirectories).Length, listed.Count);
        Assert.Equal(listed.Count, listed.DistinctBy(m => m.Groups["guid"].Value).Count());
        foreach (var match in listed)
        {
            Assert.Equal(ProjectType, match.Groups["type"].Value);
            var path = Path.Combine(Device, match.Groups["path"].Value.Replace('\\', '/'));
            Assert.Equal(Property(Load(path), "ProjectGuid"), match.Groups["guid"].Value);
            Assert.Contains(lines, l => l.Contains(match.Groups["guid"].Value + ".Release|Any CPU.Deploy.0", StringComparison.Ordinal));
        }
    }

    private static XDocument Load(string path) => XDocument.Load(path);

    private static string Property(XDocument project, string name) => project.Descendants(Ms + name).Single().Value;

    private static Dictionary<string, string> Packages(string folder) =>
        XDocument.Load(Path.Combine(folder, "packages.config")).Root!.Elements("package").ToDictionary(
            p => p.Attribute("id")!.Value["nanoFramework.".Length..],
            p => p.Attribute("targetFramework")!.Value == "netnano1.0" ? p.Attribute("version")!.Value : throw new InvalidDataException("target framework"),
            StringComparer.Ordinal);

    // Include and Exclude as MSBuild reads them: '**' for folders, '*' within a name, relative to the project.
    private static List<string> Sources(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in XDocument.Load(project).Descendants().Where(e => e.Name.LocalName == "Compile"))
        {
            var excluded = (item.Attribute("Exclude")?.Value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).SelectMany(p => Matches(folder, p)).ToHashSet(StringComparer.Ordinal);
            var included = Matches(folder, item.Attribute("Include")!.Value).ToList();
            Assert.True(included.Count > 0, $"{project}: {item.Attribute("Include")!.Value} matches nothing");
            files.UnionWith(included.Where(f => !excluded.Contains(f)));
        }

        return [.. files];
    }

    private static IEnumerable<string> Matches(string folder, string pattern)
    {
        var parts = pattern.Replace('\\', '/').Split('/');
        var literal = parts.TakeWhile(p => !p.Contains('*', StringComparison.Ordinal)).ToArray();
        if (literal.Length == parts.Length)
        {
            var file = Path.GetFullPath(Path.Combine(folder, string.Join('/', parts)));
            return File.Exists(file) ? [file] : [];
        }

        var root = Path.GetFullPath(Path.Combine([folder, .. literal]));
        if (!Directory.Exists(root)) return [];
        var rest = string.Concat(parts[literal.Length..].Select((p, i) =>
            p == "**" ? (i == parts.Length - literal.Length - 1 ? ".*" : "(.*/)?") : Regex.Escape(p).Replace("\\*", "[^/]*", StringComparison.Ordinal) + (i == parts.Length - literal.Length - 1 ? "" : "/")));
        var regex = new Regex("^" + rest + "$", RegexOptions.None, TimeSpan.FromSeconds(1));
        return Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Where(f => regex.IsMatch(Path.GetRelativePath(root, f).Replace('\\', '/')));
    }

    [GeneratedRegex(@"^(?<up>(\.\.\\)+)packages\\nanoFramework\.(?<id>.+?)\.(?<version>\d+\.\d+\.\d+)\\lib\\(?<dll>.+)\.dll$", RegexOptions.None, 1000)]
    private static partial Regex HintPath();

    [GeneratedRegex(@"^// Signatures of nanoFramework(?: package |\.)(?<id>\S+) (?<version>\d+\.\d+\.\d+)", RegexOptions.None, 1000)]
    private static partial Regex Transcribed();

    [GeneratedRegex("^Project\\(\"(?<type>[^\"]+)\"\\) = \"[^\"]+\", \"(?<path>[^\"]+)\", \"(?<guid>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex SolutionLine();
}
