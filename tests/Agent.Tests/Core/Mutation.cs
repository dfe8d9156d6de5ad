using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace JkFleet.Agent.Tests.Core;

/// <summary>One changed place in the safety core.</summary>
internal sealed record Mutant(int File, SyntaxNode Old, SyntaxNode New)
{
    public string Where => $"{Path.GetFileName(Old.SyntaxTree.FilePath)}:{Old.GetLocation().GetLineSpan().StartLinePosition.Line + 1} {Old.ToString().ReplaceLineEndings(" ")} -> {New.ToString().ReplaceLineEndings(" ")}";
}

/// <summary>
/// Breaks the safety core on purpose, one place at a time, and asks whether the model and the exhaustive walks notice. Sources and
/// killer are compiled together in memory; nothing on disk changes.
/// </summary>
internal sealed class Mutation
{
    /// <summary>What is broken. The rest of shared and Core is compiled along unchanged.</summary>
    public static readonly string[] Core =
    [
        "shared/Limits/RampRule.cs", "shared/Limits/RampEngine.cs", "shared/Limits/ProfileRules.cs",
        "device/Core/Judgement/Freshness.cs", "device/Core/Judgement/Plausibility.cs", "device/Core/Judgement/RisePolicy.cs",
        "device/Core/Judgement/LimitMemory.cs", "device/Core/Judgement/ChargePhases.cs", "device/Core/Judgement/SentLimits.cs",
        "shared/Bms/StartWatch.cs", "device/Core/Agent.cs", "device/Core/Commands.cs", "device/Core/ProfileSlot.cs",
    ];

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);
    private readonly SyntaxTree[] _trees;
    private readonly CSharpCompilation _compilation;

    public Mutation(string root)
    {
        // The whole of both: a list of rooms would break with the first room that a core file learns to call.
        string[] folders = ["shared", "device/Core", "tests/Agent.Tests/Core/Model"];
        var files = folders.SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Append("");
        _trees = [.. files.Select(file => file.Length == 0
            ? CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.Linq; global using System.IO;", Language, "usings.cs")
            : CSharpSyntaxTree.ParseText(File.ReadAllText(file), Language, Path.GetRelativePath(root, file).Replace('\\', '/')))];
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) is "mscorlib.dll" or "netstandard.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        _compilation = CSharpCompilation.Create("mutant", _trees, references, new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
    }

    public IReadOnlyList<Mutant> Mutants()
    {
        var found = new List<Mutant>();
        foreach (var path in Core)
        {
            var file = Array.FindIndex(_trees, tree => tree.FilePath == path);
            if (file < 0) throw new FileNotFoundException(path);
            foreach (var node in _trees[file].GetRoot().DescendantNodes())
                found.AddRange(Changes(node).Where(change => !IsSame(node, change)).Select(change => new Mutant(file, node, change)));
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
        var compilation = _compilation;
        if (mutant is not null)
        {
            var tree = _trees[mutant.File];
            var changed = tree.GetRoot().ReplaceNode(mutant.Old, mutant.New.WithTriviaFrom(mutant.Old));
            compilation = compilation.ReplaceSyntaxTree(tree, tree.WithRootAndOptions(changed, Language));
        }

        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success)
            return mutant is null ? throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5))) : null;
        image.Position = 0;
        var room = new AssemblyLoadContext("mutant", isCollectible: true);
        try
        {
            var run = room.LoadFromStream(image).GetType("JkFleet.Agent.Tests.Core.Model.Killer")!.GetMethod("Run")!;
            // A mutant may loop for ever; it is left to its thread then, which ends with the process.
            var answer = "looped";
            var thread = new Thread(() => answer = (string)run.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [histories], null)!) { IsBackground = true };
            var verdict = "looped";
            thread.Start();
            if (thread.Join(patience)) verdict = answer;
            return verdict;
        }
        finally
        {
            room.Unload();
        }
    }

    /// <summary>
    /// Provably the same program: <c>a &lt; b ? a : b</c> does not care for <c>&lt;=</c>, nor does <c>if (a &gt; b) b = a</c>.
    /// </summary>
    private static bool IsSame(SyntaxNode old, SyntaxNode changed)
    {
        if (old is not BinaryExpressionSyntax { RawKind: var from } order || changed is not BinaryExpressionSyntax { RawKind: var to }) return false;
        var strict = (SyntaxKind)from is SyntaxKind.LessThanExpression or SyntaxKind.GreaterThanExpression or SyntaxKind.LessThanOrEqualExpression or SyntaxKind.GreaterThanOrEqualExpression;
        if (!strict || from == to) return false;
        var (left, right) = (order.Left.ToString(), order.Right.ToString());
        var parent = old.Parent;
        while (parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression } or ParenthesizedExpressionSyntax) parent = parent.Parent;
        return parent switch
        {
            ConditionalExpressionSyntax choice => Pair(choice.WhenTrue, choice.WhenFalse, left, right),
            IfStatementSyntax { Statement: ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax set }, Else: null } => Pair(set.Left, set.Right, left, right),
            _ => false,
        };

        static bool Pair(SyntaxNode a, SyntaxNode b, string left, string right) =>
            (a.ToString() == left && b.ToString() == right) || (a.ToString() == right && b.ToString() == left);
    }

    private static IEnumerable<SyntaxNode> Changes(SyntaxNode node)
    {
        switch (node)
        {
            case BinaryExpressionSyntax binary:
                foreach (var kind in Swaps(binary.Kind())) yield return SyntaxFactory.BinaryExpression(kind, binary.Left, binary.Right);
                break;
            case AssignmentExpressionSyntax assignment when assignment.IsKind(SyntaxKind.AddAssignmentExpression):
                yield return SyntaxFactory.AssignmentExpression(SyntaxKind.SubtractAssignmentExpression, assignment.Left, assignment.Right);
                break;
            case PrefixUnaryExpressionSyntax not when not.IsKind(SyntaxKind.LogicalNotExpression):
                yield return SyntaxFactory.ParenthesizedExpression(not.Operand);
                break;
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.TrueLiteralExpression):
                yield return SyntaxFactory.LiteralExpression(SyntaxKind.FalseLiteralExpression);
                break;
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.FalseLiteralExpression):
                yield return SyntaxFactory.LiteralExpression(SyntaxKind.TrueLiteralExpression);
                break;
            case LiteralExpressionSyntax literal when literal.Token.Value is int value && literal.Parent is not EqualsValueClauseSyntax { Parent: EnumMemberDeclarationSyntax }:
                yield return SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(value + 1));
                break;
            case IfStatementSyntax choice:
                yield return choice.WithCondition(SyntaxFactory.PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, SyntaxFactory.ParenthesizedExpression(choice.Condition)));
                break;
            case ExpressionStatementSyntax { Parent: BlockSyntax }:
                yield return SyntaxFactory.EmptyStatement();
                break;
            case ConditionalExpressionSyntax choice:
                yield return choice.WithWhenTrue(choice.WhenFalse).WithWhenFalse(choice.WhenTrue);
                break;
        }
    }

    private static SyntaxKind[] Swaps(SyntaxKind kind) => kind switch
    {
        SyntaxKind.LessThanExpression => [SyntaxKind.LessThanOrEqualExpression],
        SyntaxKind.LessThanOrEqualExpression => [SyntaxKind.LessThanExpression],
        SyntaxKind.GreaterThanExpression => [SyntaxKind.GreaterThanOrEqualExpression],
        SyntaxKind.GreaterThanOrEqualExpression => [SyntaxKind.GreaterThanExpression],
        SyntaxKind.EqualsExpression => [SyntaxKind.NotEqualsExpression],
        SyntaxKind.NotEqualsExpression => [SyntaxKind.EqualsExpression],
        SyntaxKind.LogicalAndExpression => [SyntaxKind.LogicalOrExpression],
        SyntaxKind.LogicalOrExpression => [SyntaxKind.LogicalAndExpression],
        SyntaxKind.AddExpression => [SyntaxKind.SubtractExpression],
        SyntaxKind.SubtractExpression => [SyntaxKind.AddExpression],
        SyntaxKind.MultiplyExpression => [SyntaxKind.DivideExpression],
        SyntaxKind.DivideExpression => [SyntaxKind.MultiplyExpression],
        _ => [],
    };
}
