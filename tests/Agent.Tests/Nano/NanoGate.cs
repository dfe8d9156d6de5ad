using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>One finding of the gate: where, and what the board would do with it.</summary>
internal sealed record Offence(string Where, string What)
{
    public override string ToString() => $"{Where}: {What}";
}

/// <summary>
/// Refuses IL that Roslyn and the nano metadata processor accept but that nanoCLR 1.17 crashes on or runs differently
/// (each rule was seen there: design page nanoframework.md, section 2). It reads what <c>device/NanoApi/Shadows</c> built.
/// </summary>
internal sealed class NanoGate(IEnumerable<string> knownEnums, IEnumerable<string> knownAssemblies)
{
    /// <summary>Tables of a .pe are addressed with 16 bits; the metadata processor refuses more than 64 KiB.</summary>
    public const int MostBytesPerTable = 60_000;

    // Branch offsets of a .pe are signed 16 bit and a switch counts its targets in one byte.
    private const int MostIlPerMethod = 30_000;
    private const int MostSwitchTargets = 255;
    private const int MostSlots = 255;

    private readonly HashSet<string> _enums = [.. knownEnums];
    private readonly HashSet<string> _assemblies = [.. knownAssemblies];

    public List<Offence> Inspect(NanoAssembly assembly)
    {
        var found = new List<Offence>();
        var reader = assembly.Reader;
        foreach (var handle in reader.AssemblyReferences)
        {
            var name = reader.GetString(reader.GetAssemblyReference(handle).Name);
            if (!_assemblies.Contains(name)) found.Add(new(assembly.Name, $"references {name}, which the board does not have"));
        }

        foreach (var handle in reader.TypeDefinitions) InspectType(assembly, handle, found);
        for (var row = 1; row <= reader.GetTableRowCount(TableIndex.MethodSpec); row++)
            found.Add(new(assembly.Name, "generic method call"));

        var sizes = NanoSizes.Of(assembly);
        if (sizes.Il > MostBytesPerTable) found.Add(new(assembly.Name, $"IL of {sizes.Il} bytes, at most {MostBytesPerTable}: split the assembly"));
        if (sizes.Strings > MostBytesPerTable) found.Add(new(assembly.Name, $"strings of {sizes.Strings} bytes, at most {MostBytesPerTable}"));
        return found;
    }

    private void InspectType(NanoAssembly assembly, TypeDefinitionHandle handle, List<Offence> found)
    {
        var reader = assembly.Reader;
        var type = reader.GetTypeDefinition(handle);
        var name = assembly.NameOf(handle);
        if (type.GetGenericParameters().Count > 0) found.Add(new(name, "generic type"));

        var isStruct = assembly.BaseName(type) == "System.ValueType" && !name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal);
        foreach (var fieldHandle in type.GetFields())
        {
            var field = reader.GetFieldDefinition(fieldHandle);
            var words = new SignatureWords(assembly);
            var fieldType = field.DecodeSignature(words, null);
            var where = name + "." + reader.GetString(field.Name);
            foreach (var what in words.Refused) found.Add(new(where, what));
            if (isStruct && !field.Attributes.HasFlag(FieldAttributes.Static) && !field.Attributes.HasFlag(FieldAttributes.InitOnly))
                found.Add(new(where, "mutable struct: the interpreter aliases copies; use a class or readonly fields"));
            if (IsLimitArithmetic(name) && IsFloat(fieldType)) found.Add(new(where, "float in limit arithmetic"));
        }

        foreach (var methodHandle in type.GetMethods())
        {
            var method = reader.GetMethodDefinition(methodHandle);
            var where = name + "." + reader.GetString(method.Name);
            if (method.GetGenericParameters().Count > 0) found.Add(new(where, "generic method"));
            if (method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)) found.Add(new(where, "P/Invoke"));
            var words = new SignatureWords(assembly);
            var signature = method.DecodeSignature(words, null);
            if (signature.ParameterTypes.Length + 1 > MostSlots) found.Add(new(where, "too many arguments"));
            if (method.RelativeVirtualAddress != 0)
            {
                if (type.Attributes.HasFlag(TypeAttributes.Interface)) found.Add(new(where, "default interface method"));
                InspectBody(assembly, name, where, method, words, found);
            }

            foreach (var what in words.Refused.Distinct(StringComparer.Ordinal)) found.Add(new(where, what));
        }
    }

    private void InspectBody(NanoAssembly assembly, string type, string where, MethodDefinition method, SignatureWords words, List<Offence> found)
    {
        var reader = assembly.Reader;
        var body = assembly.Body(method);
        if (body.MaxStack > MostSlots) found.Add(new(where, $"evaluation stack of {body.MaxStack}"));
        if (!body.LocalSignature.IsNil)
        {
            var locals = reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(words, null);
            if (locals.Length > MostSlots) found.Add(new(where, $"{locals.Length} locals, at most {MostSlots}"));
        }

        var il = body.GetILBytes()!;
        if (il.Length > MostIlPerMethod) found.Add(new(where, $"method of {il.Length} bytes IL, at most {MostIlPerMethod}"));
        var isStaticConstructor = string.Equals(reader.GetString(method.Name), ".cctor", StringComparison.Ordinal);
        foreach (var step in IlWalk.Read(il))
        {
            var code = step.Code;
            if (Refused(code) is { } why) found.Add(new(where, why));
            if (code == OpCodes.Switch && step.Targets > MostSwitchTargets) found.Add(new(where, $"switch with {step.Targets} targets"));
            if (IsLimitArithmetic(type) && IsFloat(code)) found.Add(new(where, "float in limit arithmetic"));
            if (step.Token.IsNil) continue;

            if (code == OpCodes.Constrained || code == OpCodes.Box)
            {
                var subject = assembly.TypeName(step.Token, words);
                if (_enums.Contains(subject))
                    found.Add(new(where, $"enum {subject} as object (Enum.ToString gives a number on the board): write a name switch"));
            }
            else if (code.OperandType == OperandType.InlineMethod)
            {
                var callee = assembly.CalleeName(step.Token, words);
                if (callee.StartsWith("System.Enum.", StringComparison.Ordinal)) found.Add(new(where, callee));
                // A module with static constructors that run code may fail to load in time (nanoFramework/Home#1330).
                if (isStaticConstructor && !IsTableInitialiser(callee, type)) found.Add(new(where, $"static constructor runs code: {callee}"));
            }
            else if (code.OperandType is OperandType.InlineType or OperandType.InlineTok && step.Token.Kind == HandleKind.TypeSpecification)
            {
                assembly.TypeName(step.Token, words);
            }
        }
    }

    private static string? Refused(OpCode code)
    {
        if (code == OpCodes.Localloc) return "stackalloc (exception on the board)";
        if (code == OpCodes.Volatile) return "volatile";
        if (code.Name!.Contains(".ovf", StringComparison.Ordinal)) return "checked arithmetic (not enforced on the board: it wraps)";
        if (code == OpCodes.Arglist || code == OpCodes.Calli || code == OpCodes.Jmp || code == OpCodes.Mkrefany || code == OpCodes.Refanytype
            || code == OpCodes.Refanyval || code == OpCodes.Cpblk || code == OpCodes.Initblk || code == OpCodes.Tailcall)
            return "opcode " + code.Name;
        return null;
    }

    private static bool IsTableInitialiser(string callee, string type) =>
        callee is "System.Runtime.CompilerServices.RuntimeHelpers.InitializeArray" or "System.Object..ctor"
        || callee == type + "..ctor"; // a constant object, or the compiler's cache of lambdas

    private static bool IsLimitArithmetic(string type) => type.StartsWith("JkFleet.Limits.", StringComparison.Ordinal);

    private static bool IsFloat(string signature) => signature is "Single" or "Double" or "Single[]" or "Double[]";

    private static bool IsFloat(OpCode code) =>
        code == OpCodes.Ldc_R4 || code == OpCodes.Ldc_R8 || code == OpCodes.Conv_R4 || code == OpCodes.Conv_R8 || code == OpCodes.Conv_R_Un;
}
