using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace JkFleet.Agent.Tests.Core;

/// <summary>
/// What can be wrong with a line of the core. Each change is the smallest of its kind: whoever notices a condition that always holds
/// and one that never does would notice a negated one too.
/// </summary>
internal static class Mutators
{
    /// <summary>Names that come in pairs; the core is full of twins, and taking the other one is how such code is really broken.</summary>
    private static readonly (string One, string Other)[] Twins =
    [
        ("Discharge", "Charge"), ("discharge", "charge"), ("Max", "Min"), ("Highest", "Lowest"), ("highest", "lowest"), ("hottest", "coldest"),
        ("Soc", "Mv"), ("Restart", "Stop"), ("From", "To"), ("from", "to"), ("On", "Off"), ("Absorption", "Float"), ("Stale", "Stop"),
    ];

    /// <summary>Every change of one node that is not provably the same program.</summary>
    /// <param name="node">The node.</param>
    /// <param name="words">Identifiers that there are: saves the compiler from refusing most of the rest.</param>
    public static IEnumerable<SyntaxNode> Of(SyntaxNode node, IReadOnlySet<string> words) => Changes(node, words).Where(change => !IsSame(node, change));

    private static IEnumerable<SyntaxNode> Changes(SyntaxNode node, IReadOnlySet<string> words)
    {
        switch (node)
        {
            case BinaryExpressionSyntax binary:
                foreach (var kind in Swaps(binary.Kind())) yield return BinaryExpression(kind, binary.Left, binary.Right);
                if (!binary.IsKind(SyntaxKind.LogicalAndExpression) && !binary.IsKind(SyntaxKind.LogicalOrExpression)) break;
                yield return ParenthesizedExpression(binary.Left);
                yield return ParenthesizedExpression(binary.Right);
                break;
            case AssignmentExpressionSyntax set when Swaps(set.Kind()) is [var kind]:
                yield return AssignmentExpression(kind, set.Left, set.Right);
                break;
            case PostfixUnaryExpressionSyntax step when step.IsKind(SyntaxKind.PostIncrementExpression) || step.IsKind(SyntaxKind.PostDecrementExpression):
                yield return PostfixUnaryExpression(step.IsKind(SyntaxKind.PostIncrementExpression) ? SyntaxKind.PostDecrementExpression : SyntaxKind.PostIncrementExpression, step.Operand);
                break;
            case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression or (int)SyntaxKind.UnaryMinusExpression or (int)SyntaxKind.BitwiseNotExpression } sign:
                yield return ParenthesizedExpression(sign.Operand);
                break;
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.TrueLiteralExpression) || literal.IsKind(SyntaxKind.FalseLiteralExpression):
                yield return Truth(literal.IsKind(SyntaxKind.FalseLiteralExpression));
                break;
            case LiteralExpressionSyntax { Token.Value: int value } literal when literal.Parent is not EqualsValueClauseSyntax { Parent: EnumMemberDeclarationSyntax }:
                yield return Number(value + 1);
                if (value > 0) yield return Number(value - 1);
                break;
            case IfStatementSyntax choice:
                yield return choice.WithCondition(Truth(true));
                yield return choice.WithCondition(Truth(false));
                break;
            case ConditionalExpressionSyntax choice: // most of them are a minimum or a maximum
                yield return ParenthesizedExpression(choice.WhenTrue);
                yield return ParenthesizedExpression(choice.WhenFalse);
                break;
            case ExpressionStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax }:
                yield return EmptyStatement();
                break;
            case ReturnStatementSyntax or BreakStatementSyntax or ContinueStatementSyntax when node.Parent is BlockSyntax { Statements: var all } && (node.Parent.Parent is StatementSyntax || all[^1] != node):
                yield return EmptyStatement();
                break;
            case IdentifierNameSyntax name when name.Parent is not (QualifiedNameSyntax or UsingDirectiveSyntax or TypeSyntax):
                foreach (var twin in TwinsOf(name.Identifier.Text).Where(words.Contains)) yield return IdentifierName(twin);
                break;
        }
    }

    private static LiteralExpressionSyntax Truth(bool value) => LiteralExpression(value ? SyntaxKind.TrueLiteralExpression : SyntaxKind.FalseLiteralExpression);

    private static LiteralExpressionSyntax Number(int value) => LiteralExpression(SyntaxKind.NumericLiteralExpression, Literal(value));

    private static IEnumerable<string> TwinsOf(string name)
    {
        foreach (var (one, other) in Twins)
        {
            if (name.Contains(one, StringComparison.Ordinal)) yield return name.Replace(one, other, StringComparison.Ordinal);
            else if (name.Contains(other, StringComparison.Ordinal)) yield return name.Replace(other, one, StringComparison.Ordinal);
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
        SyntaxKind.ModuloExpression => [SyntaxKind.DivideExpression],
        SyntaxKind.BitwiseAndExpression => [SyntaxKind.BitwiseOrExpression],
        SyntaxKind.BitwiseOrExpression => [SyntaxKind.BitwiseAndExpression],
        SyntaxKind.LeftShiftExpression => [SyntaxKind.RightShiftExpression],
        SyntaxKind.RightShiftExpression => [SyntaxKind.LeftShiftExpression],
        SyntaxKind.AddAssignmentExpression => [SyntaxKind.SubtractAssignmentExpression],
        SyntaxKind.SubtractAssignmentExpression => [SyntaxKind.AddAssignmentExpression],
        SyntaxKind.AndAssignmentExpression => [SyntaxKind.OrAssignmentExpression],
        SyntaxKind.OrAssignmentExpression => [SyntaxKind.AndAssignmentExpression],
        SyntaxKind.RightShiftAssignmentExpression => [SyntaxKind.LeftShiftAssignmentExpression],
        _ => [],
    };

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
}
