using System.Reflection;
using System.Runtime.Loader;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace JkFleet.Agent.Tests.Core;

/// <summary>One changed place in the safety core.</summary>
internal sealed record Mutant(int Part, SyntaxNode Old, SyntaxNode New)
{
    public string File => Path.GetFileName(Old.SyntaxTree.FilePath);

    public string Where => $"{File}:{Old.GetLocation().GetLineSpan().StartLinePosition.Line + 1} {Old.ToString().ReplaceLineEndings(" ")} -> {New.ToString().ReplaceLineEndings(" ")}";
}

/// <summary>
/// Breaks the safety core on purpose, one place at a time, and asks whether the model and the exhaustive walks notice. Everything is
/// compiled in memory; nothing on disk changes. Only what a change touches is compiled anew, and never the killer: it keeps the
/// constants that it was compiled with, so a changed one does not change the question along with the answer.
/// </summary>
internal sealed class Mutation
{
    /// <summary>What is broken. The rest is compiled along unchanged.</summary>
    public static readonly string[] Core =
    [
        "shared/Limits/RampRule.cs", "shared/Limits/RampEngine.cs", "shared/Limits/ProfileRules.cs", "shared/Limits/ChargeLimits.cs", "shared/Limits/Profile.cs",
        "device/Core/Judgement/Freshness.cs", "device/Core/Judgement/Plausibility.cs", "device/Core/Judgement/RisePolicy.cs",
        "device/Core/Judgement/LimitMemory.cs", "device/Core/Judgement/ChargePhases.cs", "device/Core/Judgement/SentLimits.cs",
        "device/Core/Judgement/Edges.cs", "device/Core/Judgement/SleepSwitch.cs",
        "shared/Bms/StartWatch.cs", "device/Core/Agent.cs", "device/Core/Commands.cs", "device/Core/ProfileSlot.cs",
    ];

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest, DocumentationMode.None);

    /// <summary>What every room gets along: the usings of a test project, and an end for loops that a change made endless.</summary>
    private const string Beside = """
        global using System; global using System.Collections.Generic; global using System.Linq; global using System.IO;
        internal static class Turns
        {
            private static int _count;
            public static void Count() { if (++_count == 500_000_000) throw new InvalidOperationException("loops"); }
        }
        """;

    // The rooms of the board, each of which knows those before it: a change costs one room and not the whole house.
    private static readonly string[] Rooms = ["Bms", "Limits", "Inverter", "Crypto", "Contracts", "Base", "Portal", "Core"];

    private readonly MetadataReference[] _platform;
    private readonly List<SyntaxTree[]> _trees = [];
    private readonly List<CSharpCompilation> _compilations = [];
    private readonly List<byte[]> _images = [];

    public Mutation(string root)
    {
        _platform = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) is "mscorlib.dll" or "netstandard.dll")
            .Select(path => MetadataReference.CreateFromFile(path))];
        foreach (var room in Rooms) Add(FilesOf(Path.Combine(root, "device", "Rooms", room)));
        Add(Directory.GetFiles(Path.Combine(root, "tests", "Agent.Tests", "Core", "Model"), "*.cs"));

        void Add(IEnumerable<string> files)
        {
            var trees = files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Language, Path.GetRelativePath(root, file).Replace('\\', '/')))
                .Append(CSharpSyntaxTree.ParseText(Beside, Language, "beside.cs"))
                .ToArray();
            var compilation = CSharpCompilation.Create(Name(_trees.Count), trees, References(_images, _images.Count),
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
            _trees.Add(trees);
            _compilations.Add(compilation);
            _images.Add(Emit(compilation, out var faults) ?? throw new InvalidOperationException(faults));
        }
    }

    public IReadOnlyList<Mutant> Mutants()
    {
        var found = new List<Mutant>();
        var words = _trees.SelectMany(part => part).SelectMany(tree => tree.GetRoot().DescendantTokens()).Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.Text).ToHashSet();
        foreach (var path in Core)
        {
            var part = _trees.FindIndex(trees => trees.Any(tree => tree.FilePath == path));
            if (part < 0) throw new FileNotFoundException(path);
            var tree = _trees[part].Single(tree => tree.FilePath == path);
            found.AddRange(tree.GetRoot().DescendantNodes().SelectMany(node => Mutators.Of(node, words).Select(change => new Mutant(part, node, change))));
        }

        return found;
    }

    /// <summary>Compiles with one change and runs the killer in it.</summary>
    /// <param name="mutant">The change; null = none.</param>
    /// <param name="histories">Random histories after the walks.</param>
    /// <param name="patience">A killer that takes longer loops.</param>
    /// <returns>The promise that broke; "" for a survivor; null when the change does not compile.</returns>
    public string? Kill(Mutant? mutant, int histories, TimeSpan patience)
    {
        byte[][] images = [.. _images];
        if (mutant is not null)
        {
            var tree = mutant.Old.SyntaxTree;
            var changed = new CountedLoops().Visit(tree.GetRoot().ReplaceNode(mutant.Old, mutant.New.WithTriviaFrom(mutant.Old)));
            var part = _compilations[mutant.Part].ReplaceSyntaxTree(tree, tree.WithRootAndOptions(changed, Language));
            if (Emit(part, out _) is not { } image) return null;
            images[mutant.Part] = image;
            // A constant lies in every room that uses it; the killer keeps the one that it was compiled with.
            if (mutant.Old.FirstAncestorOrSelf<FieldDeclarationSyntax>() is { } field && field.Modifiers.Any(SyntaxKind.ConstKeyword))
                for (var i = mutant.Part + 1; i < Rooms.Length; i++) images[i] = Emit(_compilations[i].WithReferences(References(images, i)), out _) ?? images[i];
        }

        var room = new Room(images);
        try
        {
            var run = room.Last.GetType("JkFleet.Agent.Tests.Core.Model.Killer")!.GetMethod("Run")!;
            // Should a mutant loop for ever all the same, it is left to its thread, which ends with the process.
            var answer = "looped";
            var thread = new Thread(() => answer = (string)run.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [histories], null)!) { IsBackground = true };
            thread.Start();
            return thread.Join(patience) ? answer : "looped";
        }
        finally
        {
            room.Unload();
        }
    }

    /// <summary>Names of their own: under the real ones the runtime would hand out the unbroken assemblies of the test itself.</summary>
    private static string Name(int part) => "mutant." + part;

    private MetadataReference[] References(IEnumerable<byte[]> images, int count) =>
        [.. _platform, .. images.Take(count).Select(image => MetadataReference.CreateFromImage(image))];

    /// <summary>What the project of a room compiles.</summary>
    private static IEnumerable<string> FilesOf(string folder)
    {
        var project = XDocument.Load(Directory.GetFiles(folder, "*.nfproj").Single());
        foreach (var entry in project.Descendants().Where(element => element.Name.LocalName == "Compile"))
        {
            var without = ((string?)entry.Attribute("Exclude") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).SelectMany(Expand).ToHashSet();
            foreach (var file in Expand(entry.Attribute("Include")!.Value)) if (!without.Contains(file) && Path.GetFileName(file) != "AssemblyInfo.cs") yield return file;
        }

        IEnumerable<string> Expand(string pattern)
        {
            var path = Path.GetFullPath(Path.Combine(folder, pattern.Replace('\\', '/')));
            var deep = path.IndexOf("/**", StringComparison.Ordinal);
            var below = deep < 0 ? Path.GetDirectoryName(path)! : path[..deep];
            if (!Directory.Exists(below)) return [];
            return Directory.GetFiles(below, deep < 0 || !path.EndsWith("/**", StringComparison.Ordinal) ? Path.GetFileName(path) : "*", deep < 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories);
        }
    }

    private static byte[]? Emit(CSharpCompilation compilation, out string faults)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        faults = result.Success ? "" : string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5));
        return result.Success ? image.ToArray() : null;
    }

    /// <summary>Counts the turns of every loop: one that no longer ends throws after a second instead of burning a processor.</summary>
    private sealed class CountedLoops : CSharpSyntaxRewriter
    {
        public override SyntaxNode? VisitForStatement(ForStatementSyntax node) => base.VisitForStatement(node.WithStatement(Counted(node.Statement)));

        public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) => base.VisitWhileStatement(node.WithStatement(Counted(node.Statement)));

        public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) => base.VisitDoStatement(node.WithStatement(Counted(node.Statement)));

        private static StatementSyntax Counted(StatementSyntax body) => SyntaxFactory.Block(SyntaxFactory.ParseStatement("global::Turns.Count();"), body);
    }

    /// <summary>A mutant with its killer, apart from all others.</summary>
    private sealed class Room : AssemblyLoadContext
    {
        private readonly Assembly[] _parts;

        public Room(byte[][] images) : base("mutant", isCollectible: true) =>
            _parts = [.. images.Select(image => LoadFromStream(new MemoryStream(image)))];

        public Assembly Last => _parts[^1];

        protected override Assembly? Load(AssemblyName assemblyName) => Array.Find(_parts, part => part.GetName().Name == assemblyName.Name);
    }
}
