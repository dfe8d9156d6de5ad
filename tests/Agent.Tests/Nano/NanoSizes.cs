using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Text;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>
/// What an assembly costs on the board, in bytes. IL and strings are upper bounds of the .pe tables (tokens shrink from four
/// bytes to two there); <see cref="Pe"/> is our estimate of the whole .pe from the record sizes of its tables.
/// </summary>
internal sealed record NanoSizes(string Name, int Il, int Strings, int Data, int Types, int Methods, int Pe, IReadOnlyList<string> StaticConstructors)
{
    public static NanoSizes Of(NanoAssembly assembly)
    {
        var reader = assembly.Reader;
        var strings = new HashSet<string>(StringComparer.Ordinal);
        var il = 0;
        var handlers = 0;
        var tokens = 0;
        var fields = 0;
        var signatures = new HashSet<string>(StringComparer.Ordinal);
        var constructors = new List<string>();
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            strings.Add(reader.GetString(type.Name));
            strings.Add(reader.GetString(type.Namespace));
            foreach (var fieldHandle in type.GetFields())
            {
                var field = reader.GetFieldDefinition(fieldHandle);
                if (field.Attributes.HasFlag(FieldAttributes.Literal)) continue; // constants stay in the compiler
                fields++;
                strings.Add(reader.GetString(field.Name));
                signatures.Add(Convert.ToHexString(reader.GetBlobBytes(field.Signature)));
            }

            foreach (var methodHandle in type.GetMethods())
            {
                var method = reader.GetMethodDefinition(methodHandle);
                strings.Add(reader.GetString(method.Name));
                signatures.Add(Convert.ToHexString(reader.GetBlobBytes(method.Signature)));
                if (method.RelativeVirtualAddress == 0) continue;
                var body = assembly.Body(method);
                var bytes = body.GetILBytes()!;
                il += bytes.Length;
                handlers += body.ExceptionRegions.Length * 12;
                tokens += IlWalk.Read(bytes).Count(i => !i.Token.IsNil || i.Code.OperandType == System.Reflection.Emit.OperandType.InlineString);
                if (!body.LocalSignature.IsNil)
                    signatures.Add(Convert.ToHexString(reader.GetBlobBytes(reader.GetStandaloneSignature(body.LocalSignature).Signature)));
                if (string.Equals(reader.GetString(method.Name), ".cctor", StringComparison.Ordinal))
                    constructors.Add($"{assembly.NameOf(handle)} ({bytes.Length} B)");
            }
        }

        foreach (var handle in reader.TypeReferences)
        {
            strings.Add(reader.GetString(reader.GetTypeReference(handle).Name));
            strings.Add(reader.GetString(reader.GetTypeReference(handle).Namespace));
        }

        foreach (var handle in reader.MemberReferences) strings.Add(reader.GetString(reader.GetMemberReference(handle).Name));
        for (var at = MetadataTokens.UserStringHandle(1); !at.IsNil; at = reader.GetNextHandle(at)) strings.Add(reader.GetUserString(at));

        var stringBytes = strings.Sum(s => Encoding.UTF8.GetByteCount(s) + 1);
        var data = assembly.StaticDataBytes;
        const int Header = 124;
        var pe = Header + stringBytes + data + (il - (2 * tokens)) + handlers
            + (reader.TypeDefinitions.Count * 24) + (reader.MethodDefinitions.Count * 16) + (fields * 8)
            + (reader.TypeReferences.Count * 8) + (reader.MemberReferences.Count * 8) + (reader.AssemblyReferences.Count * 12)
            + signatures.Sum(s => s.Length / 2);
        return new(assembly.Name, il + handlers, stringBytes, data, reader.TypeDefinitions.Count, reader.MethodDefinitions.Count, pe, constructors);
    }

    public static string Table(IEnumerable<NanoSizes> rows)
    {
        var text = new StringBuilder();
        text.AppendLine($"{"assembly",-24}{"IL B",8}{"strings B",11}{"tables B",10}{"types",7}{"methods",9}{".pe est. B",12}");
        foreach (var r in rows) text.AppendLine($"{r.Name,-24}{r.Il,8}{r.Strings,11}{r.Data,10}{r.Types,7}{r.Methods,9}{r.Pe,12}");
        return text.ToString();
    }
}
