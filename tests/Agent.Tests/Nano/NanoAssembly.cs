using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>One dll that was compiled against <c>device/NanoApi</c>, opened as metadata: names, sizes, signatures.</summary>
internal sealed class NanoAssembly : IDisposable
{
    private readonly PEReader _file;

    public NanoAssembly(string path)
    {
        Name = Path.GetFileNameWithoutExtension(path);
        _file = new PEReader(File.OpenRead(path));
        Reader = _file.GetMetadataReader();
    }

    public string Name { get; }

    public MetadataReader Reader { get; }

    public MethodBodyBlock Body(MethodDefinition method) => _file.GetMethodBody(method.RelativeVirtualAddress);

    public int StaticDataBytes =>
        Reader.FieldDefinitions.Select(Reader.GetFieldDefinition).Where(f => f.Attributes.HasFlag(FieldAttributes.HasFieldRVA))
            .Sum(f => DataSize(f.DecodeSignature(new SizeOf(), null)));

    private int DataSize(EntityHandle type) => type.Kind == HandleKind.TypeDefinition
        ? Reader.GetTypeDefinition((TypeDefinitionHandle)type).GetLayout().Size
        : 8;

    public string NameOf(TypeDefinitionHandle handle)
    {
        var type = Reader.GetTypeDefinition(handle);
        var name = Reader.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil) return NameOf(type.GetDeclaringType()) + "+" + name;
        return type.Namespace.IsNil ? name : Reader.GetString(type.Namespace) + "." + name;
    }

    public string NameOf(TypeReferenceHandle handle)
    {
        var type = Reader.GetTypeReference(handle);
        var name = Reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference) return NameOf((TypeReferenceHandle)type.ResolutionScope) + "+" + name;
        return type.Namespace.IsNil ? name : Reader.GetString(type.Namespace) + "." + name;
    }

    public string NameOf(MethodDefinitionHandle handle)
    {
        var method = Reader.GetMethodDefinition(handle);
        return NameOf(method.GetDeclaringType()) + "." + Reader.GetString(method.Name);
    }

    /// <summary>Full name of the type that a token stands for, or its shape in words.</summary>
    public string TypeName(EntityHandle handle, SignatureWords words) => handle.Kind switch
    {
        HandleKind.TypeDefinition => NameOf((TypeDefinitionHandle)handle),
        HandleKind.TypeReference => NameOf((TypeReferenceHandle)handle),
        HandleKind.TypeSpecification => Reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(words, null),
        _ => "?",
    };

    /// <summary>Full name of the method that a token calls, e.g. <c>System.String.Concat</c>.</summary>
    public string CalleeName(EntityHandle handle, SignatureWords words)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodDefinition:
                return NameOf((MethodDefinitionHandle)handle);
            case HandleKind.MemberReference:
                var member = Reader.GetMemberReference((MemberReferenceHandle)handle);
                return TypeName(member.Parent, words) + "." + Reader.GetString(member.Name);
            default:
                return "?";
        }
    }

    public bool IsEnum(TypeDefinition type) => BaseName(type) == "System.Enum";

    public string BaseName(TypeDefinition type) => type.BaseType.Kind switch
    {
        _ when type.BaseType.IsNil => "", // Object itself
        HandleKind.TypeReference => NameOf((TypeReferenceHandle)type.BaseType),
        HandleKind.TypeDefinition => NameOf((TypeDefinitionHandle)type.BaseType),
        _ => "",
    };

    /// <summary>Names of all enums that this assembly defines.</summary>
    public IEnumerable<string> Enums() =>
        Reader.TypeDefinitions.Where(h => IsEnum(Reader.GetTypeDefinition(h))).Select(h => NameOf(h));

    public void Dispose() => _file.Dispose();

    private sealed class SizeOf : Plain<EntityHandle>
    {
        public override EntityHandle GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => handle;
    }
}

/// <summary>A signature spelled in words; everything the board cannot do is noted on the way.</summary>
internal sealed class SignatureWords(NanoAssembly assembly) : ISignatureTypeProvider<string, object?>
{
    /// <summary>What this signature contains that the board refuses.</summary>
    public List<string> Refused { get; } = [];

    public string GetPrimitiveType(PrimitiveTypeCode typeCode)
    {
        if (typeCode == PrimitiveTypeCode.TypedReference) Refused.Add("typed reference");
        return typeCode.ToString();
    }

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => assembly.NameOf(handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => assembly.NameOf(handle);

    public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetPinnedType(string elementType) => Note(elementType, "pinned local");

    public string GetPointerType(string elementType) => Note(elementType + "*", "pointer");

    public string GetFunctionPointerType(MethodSignature<string> signature) => Note("fnptr", "function pointer");

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        Note(genericType + "<" + string.Join(",", typeArguments) + ">", "generic instantiation");

    public string GetGenericMethodParameter(object? context, int index) => Note("!!" + index, "generic parameter");

    public string GetGenericTypeParameter(object? context, int index) => Note("!" + index, "generic parameter");

    public string GetArrayType(string elementType, ArrayShape shape) => Note($"{elementType}[rank {shape.Rank}]", "multi-dimensional array");

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired)
    {
        if (modifier.EndsWith("IsVolatile", StringComparison.Ordinal)) Refused.Add("volatile");
        return unmodifiedType;
    }

    private string Note(string name, string what)
    {
        Refused.Add($"{what} {name}");
        return name;
    }
}

/// <summary>A signature provider that knows nothing; only what a subclass overrides.</summary>
internal abstract class Plain<T> : ISignatureTypeProvider<T, object?> where T : struct
{
    public T GetPrimitiveType(PrimitiveTypeCode typeCode) => default;

    public abstract T GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind);

    public T GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => default;

    public T GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) => default;

    public T GetSZArrayType(T elementType) => default;

    public T GetByReferenceType(T elementType) => default;

    public T GetPinnedType(T elementType) => default;

    public T GetPointerType(T elementType) => default;

    public T GetFunctionPointerType(MethodSignature<T> signature) => default;

    public T GetGenericInstantiation(T genericType, ImmutableArray<T> typeArguments) => default;

    public T GetGenericMethodParameter(object? context, int index) => default;

    public T GetGenericTypeParameter(object? context, int index) => default;

    public T GetArrayType(T elementType, ArrayShape shape) => default;

    public T GetModifiedType(T modifier, T unmodifiedType, bool isRequired) => default;
}
