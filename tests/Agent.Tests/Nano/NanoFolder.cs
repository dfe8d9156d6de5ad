using System.Diagnostics;
using System.Reflection;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>Where the build left the nano references and shadows, and the compiler of the SDK to try more code against them.</summary>
internal static class NanoFolder
{
    /// <summary>Our transcription of the nanoFramework assemblies.</summary>
    public static string Api { get; } = Path.Combine(Metadata("NanoApi"), "api");

    /// <summary>The device's assemblies, compiled against <see cref="Api"/>.</summary>
    public static string Shadows { get; } = Path.Combine(Metadata("NanoApi"), "shadow");

    public static IReadOnlyList<string> ApiFiles => Directory.GetFiles(Api, "*.dll").Order(StringComparer.Ordinal).ToList();

    public static IReadOnlyList<string> ShadowFiles => Directory.GetFiles(Shadows, "*.dll").Order(StringComparer.Ordinal).ToList();

    /// <summary>A gate that knows the enums and names of everything the device may use.</summary>
    public static NanoGate Gate(params string[] more)
    {
        var enums = new List<string>();
        var names = new List<string>();
        foreach (var file in ApiFiles.Concat(ShadowFiles).Concat(more))
        {
            using var assembly = new NanoAssembly(file);
            enums.AddRange(assembly.Enums());
            names.Add(assembly.Name);
        }

        return new NanoGate(enums, names);
    }

    /// <summary>Compiles sources as the shadows are compiled; returns the compiler's output lines and whether it succeeded.</summary>
    public static (bool Compiled, string[] Lines) Compile(string folder, string output, bool withUnsafe, params string[] sources)
    {
        var arguments = new List<string>
        {
            "exec", Path.Combine(Metadata("Roslyn"), "bincore", "csc.dll"),
            "-nologo", "-noconfig", "-nostdlib+", "-langversion:9.0", "-nullable:annotations", "-optimize+", "-target:library",
            "-out:" + output,
        };
        if (withUnsafe) arguments.Add("-unsafe+");
        arguments.AddRange(ApiFiles.Select(f => "-reference:" + f));
        arguments.AddRange(sources);
        var start = new ProcessStartInfo(Metadata("DotnetHost"), arguments) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = folder };
        using var compiler = Process.Start(start)!;
        var text = compiler.StandardOutput.ReadToEnd();
        compiler.WaitForExit();
        return (compiler.ExitCode == 0, text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static string Metadata(string key) =>
        typeof(NanoFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
