using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>One IL instruction: the operation, its token (nil without one) and, for <c>switch</c>, the number of targets.</summary>
internal sealed record Instruction(OpCode Code, EntityHandle Token, int Targets);

/// <summary>Reads a method body instruction by instruction, with the operand sizes of <see cref="OpCodes"/>.</summary>
internal static class IlWalk
{
    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(c => (int)(ushort)c.Value);

    public static IEnumerable<Instruction> Read(byte[] il)
    {
        var at = 0;
        while (at < il.Length)
        {
            int value = il[at++];
            if (value == 0xFE) value = 0xFE00 | il[at++];
            var code = Codes[value];
            EntityHandle token = default;
            var targets = 0;
            switch (code.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                case OperandType.InlineSwitch:
                    targets = BitConverter.ToInt32(il, at);
                    at += 4 + (4 * targets);
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    token = MetadataTokens.EntityHandle(BitConverter.ToInt32(il, at));
                    at += 4;
                    break;
                default:
                    at += 4;
                    break;
            }

            yield return new Instruction(code, token, targets);
        }
    }
}
