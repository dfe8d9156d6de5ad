using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>
/// A small interpreter of IL, enough for <c>shared/Crypto</c> as the device compiles it. It exists to count: how many instructions the
/// board's interpreter, which works the same way, has to execute. A wrong result would show that it counts something else.
/// </summary>
internal sealed class IlMachine : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _reader;
    private readonly Dictionary<EntityHandle, Code> _methods = [];
    private readonly Dictionary<int, string> _names = [];

    public IlMachine(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _reader = _file.GetMetadataReader();
    }

    /// <summary>Instructions executed so far.</summary>
    public long Executed { get; private set; }

    public Instance New(string type)
    {
        var handle = _reader.TypeDefinitions.Single(h => Name(h) == type);
        var instance = new Instance(handle);
        Run(Method(handle, ".ctor", 0), [new(instance)]);
        return instance;
    }

    public Slot Call(Instance target, string method, params object[] arguments)
    {
        var slots = new Slot[arguments.Length + 1];
        slots[0] = new(target);
        for (var i = 0; i < arguments.Length; i++) slots[i + 1] = arguments[i] is int number ? new(number, 4) : new(arguments[i]);
        return Run(Method(target.Type, method, arguments.Length), slots);
    }

    public void Dispose() => _file.Dispose();

    private string Name(TypeDefinitionHandle handle) => _reader.GetString(_reader.GetTypeDefinition(handle).Name);

    private MethodDefinitionHandle Method(TypeDefinitionHandle type, string name, int parameters) =>
        _reader.GetTypeDefinition(type).GetMethods().Single(m =>
        {
            var method = _reader.GetMethodDefinition(m);
            return _reader.StringComparer.Equals(method.Name, name) && Parameters(_reader.GetBlobReader(method.Signature)).Count == parameters;
        });

    private static (int Count, bool Instance, bool Returns) Parameters(BlobReader signature)
    {
        var header = signature.ReadSignatureHeader();
        var count = signature.ReadCompressedInteger();
        return (count, header.IsInstance, signature.ReadByte() != 1);
    }

    private Slot Run(MethodDefinitionHandle handle, Slot[] arguments)
    {
        if (!_methods.TryGetValue(handle, out var code))
        {
            var body = _file.GetMethodBody(_reader.GetMethodDefinition(handle).RelativeVirtualAddress);
            _methods[handle] = code = new Code(body.GetILBytes()!, 256);
        }

        var il = code.Il;
        var locals = new Slot[code.Locals];
        for (var i = 0; i < locals.Length; i++) locals[i] = new(0, 4);
        var stack = new Slot[64];
        var top = 0;
        var at = 0;
        while (true)
        {
            Executed++;
            int op = il[at++];
            if (op == 0xFE) op = 0xFE00 | il[at++];
            switch (op)
            {
                case 0x00: break;
                case >= 0x02 and <= 0x05: stack[top++] = arguments[op - 0x02]; break;
                case >= 0x06 and <= 0x09: stack[top++] = locals[op - 0x06]; break;
                case >= 0x0A and <= 0x0D: locals[op - 0x0A] = stack[--top]; break;
                case 0x0E: stack[top++] = arguments[il[at++]]; break;
                case 0x10: arguments[il[at++]] = stack[--top]; break;
                case 0x11: stack[top++] = locals[il[at++]]; break;
                case 0x13: locals[il[at++]] = stack[--top]; break;
                case 0x14: stack[top++] = new(null); break;
                case >= 0x15 and <= 0x1E: stack[top++] = new(op - 0x16, 4); break;
                case 0x1F: stack[top++] = new((sbyte)il[at++], 4); break;
                case 0x20: stack[top++] = new(Int(il, ref at), 4); break;
                case 0x21: stack[top++] = new(BitConverter.ToInt64(il, at), 8); at += 8; break;
                case 0x25: stack[top] = stack[top - 1]; top++; break;
                case 0x26: top--; break;
                case 0x28 or 0x6F or 0x73: Invoke(op, MetadataTokens.EntityHandle(Int(il, ref at)), stack, ref top); break;
                case 0x2A: return top > 0 ? stack[--top] : default;
                case >= 0x2B and <= 0x37:
                {
                    var to = (sbyte)il[at++];
                    if (Branches(op, stack, ref top)) at += to;
                    break;
                }

                case >= 0x38 and <= 0x44:
                {
                    var to = Int(il, ref at);
                    if (Branches(op - 0x0D, stack, ref top)) at += to;
                    break;
                }

                case 0x45:
                {
                    var targets = Int(il, ref at);
                    var from = at + (4 * targets);
                    var chosen = (uint)stack[--top].Number;
                    at = chosen < targets ? from + BitConverter.ToInt32(il, at + (4 * (int)chosen)) : from;
                    break;
                }

                case 0x46 or 0x47 or 0x4A or 0x4B or 0x4C: stack[top - 1] = ((Element)stack[top - 1].Object!).Load(); break; // ldind
                case 0x52 or 0x54 or 0x55: ((Element)stack[top - 2].Object!).Store(stack[top - 1]); top -= 2; break; // stind
                case (>= 0x58 and <= 0x5A) or (>= 0x5F and <= 0x64): top--; stack[top - 1] = Arithmetic(op, stack[top - 1], stack[top]); break;
                case 0x65: stack[top - 1] = Cut(-stack[top - 1].Number, stack[top - 1].Kind); break;
                case 0x66: stack[top - 1] = Cut(~stack[top - 1].Number, stack[top - 1].Kind); break;
                case (>= 0x67 and <= 0x6A) or 0x6D or 0x6E or (>= 0xD1 and <= 0xD3) or 0xE0: stack[top - 1] = Convert(op, stack[top - 1]); break;
                case 0x7B: stack[top - 1] = ((Instance)stack[top - 1].Object!).Fields.GetValueOrDefault(Int(il, ref at), new(0, 4)); break;
                case 0x7D: ((Instance)stack[top - 2].Object!).Fields[Int(il, ref at)] = stack[top - 1]; top -= 2; break;
                case 0x8D: stack[top - 1] = new(NewArray(TypeOf(Int(il, ref at)), (int)stack[top - 1].Number)); break;
                case 0x8E: stack[top - 1] = new(((Array)stack[top - 1].Object!).Length, 4); break;
                case 0x8F: at += 4; top--; stack[top - 1] = new(new Element((Array)stack[top - 1].Object!, (int)stack[top].Number)); break;
                case >= 0x90 and <= 0x9A: top--; stack[top - 1] = Element.Load((Array)stack[top - 1].Object!, (int)stack[top].Number); break;
                case >= 0x9B and <= 0xA2: top -= 3; Element.Store((Array)stack[top].Object!, (int)stack[top + 1].Number, stack[top + 2]); break;
                case 0xD0: stack[top++] = new(MetadataTokens.EntityHandle(Int(il, ref at))); break;
                case >= 0xFE01 and <= 0xFE05: top--; stack[top - 1] = new(Compares(op - 0xFE01 + 100, stack[top - 1], stack[top]) ? 1 : 0, 4); break;
                default: throw new NotSupportedException($"opcode {op:X} in {Name(_reader.GetMethodDefinition(handle).GetDeclaringType())}");
            }
        }
    }

    private void Invoke(int op, EntityHandle callee, Slot[] stack, ref int top)
    {
        if (callee.Kind == HandleKind.MethodDefinition)
        {
            var method = _reader.GetMethodDefinition((MethodDefinitionHandle)callee);
            var (count, isInstance, returns) = Parameters(_reader.GetBlobReader(method.Signature));
            var extra = isInstance ? 1 : 0;
            var arguments = new Slot[count + extra];
            top -= op == 0x73 ? count : count + extra;
            Array.Copy(stack, top, arguments, op == 0x73 ? 1 : 0, op == 0x73 ? count : count + extra);
            if (op == 0x73) arguments[0] = new(new Instance(method.GetDeclaringType()));
            var result = Run((MethodDefinitionHandle)callee, arguments);
            if (op == 0x73) stack[top++] = arguments[0];
            else if (returns) stack[top++] = result;
            return;
        }

        switch (External(callee))
        {
            case "Array.Copy":
                top -= 5;
                Array.Copy((Array)stack[top].Object!, (int)stack[top + 1].Number, (Array)stack[top + 2].Object!, (int)stack[top + 3].Number, (int)stack[top + 4].Number);
                break;
            case "Array.Clear":
                top -= 3;
                Array.Clear((Array)stack[top].Object!, (int)stack[top + 1].Number, (int)stack[top + 2].Number);
                break;
            case "RuntimeHelpers.InitializeArray":
                top -= 2;
                Fill((Array)stack[top].Object!, (FieldDefinitionHandle)(EntityHandle)stack[top + 1].Object!);
                break;
            case "Object..ctor":
                top--;
                break;
            default:
                throw new NotSupportedException(External(callee));
        }
    }

    private string External(EntityHandle callee)
    {
        var token = MetadataTokens.GetToken(callee);
        if (_names.TryGetValue(token, out var name)) return name;
        var member = _reader.GetMemberReference((MemberReferenceHandle)callee);
        return _names[token] = _reader.GetString(_reader.GetTypeReference((TypeReferenceHandle)member.Parent).Name) + "." + _reader.GetString(member.Name);
    }

    private string TypeOf(int token) => MetadataTokens.EntityHandle(token) switch
    {
        { Kind: HandleKind.TypeReference } h => _reader.GetString(_reader.GetTypeReference((TypeReferenceHandle)h).Name),
        _ => "Object",
    };

    private void Fill(Array array, FieldDefinitionHandle data)
    {
        var bytes = _file.GetSectionData(_reader.GetFieldDefinition(data).GetRelativeVirtualAddress());
        Buffer.BlockCopy(bytes.GetContent(0, Buffer.ByteLength(array)).ToArray(), 0, array, 0, Buffer.ByteLength(array));
    }

    private static Array NewArray(string type, int length) => type switch
    {
        "Int32" => new int[length],
        "Int64" => new long[length],
        "UInt32" => new uint[length],
        "UInt64" => new ulong[length],
        "Byte" => new byte[length],
        "SByte" => new sbyte[length],
        _ => new object?[length],
    };

    private static int Int(byte[] il, ref int at)
    {
        var value = BitConverter.ToInt32(il, at);
        at += 4;
        return value;
    }

    // Short forms 0x2B..0x37: br, brfalse, brtrue, beq, bge, bgt, ble, blt, bne.un, bge.un, bgt.un, ble.un, blt.un.
    private static bool Branches(int op, Slot[] stack, ref int top)
    {
        if (op == 0x2B) return true;
        if (op is 0x2C or 0x2D)
        {
            var slot = stack[--top];
            return (op == 0x2D) == (slot.Kind == 0 ? slot.Object is not null : slot.Number != 0);
        }

        top -= 2;
        return Compares(op, stack[top], stack[top + 1]);
    }

    private static bool Compares(int op, Slot a, Slot b)
    {
        if (a.Kind == 0) return (op is 0x2E or 100) == ReferenceEquals(a.Object, b.Object);
        var ua = a.Kind == 4 ? (uint)a.Number : (ulong)a.Number;
        var ub = b.Kind == 4 ? (uint)b.Number : (ulong)b.Number;
        return op switch
        {
            0x2E or 100 => ua == ub,
            0x2F => a.Number >= b.Number,
            0x30 or 101 => a.Number > b.Number,
            0x31 => a.Number <= b.Number,
            0x32 or 103 => a.Number < b.Number,
            0x33 => ua != ub,
            0x34 => ua >= ub,
            0x35 or 102 => ua > ub,
            0x36 => ua <= ub,
            _ => ua < ub,
        };
    }

    private static Slot Arithmetic(int op, Slot a, Slot b)
    {
        long x = a.Number, y = b.Number;
        var wide = a.Kind == 8;
        return Cut(
            op switch
            {
                0x58 => x + y,
                0x59 => x - y,
                0x5A => x * y,
                0x5F => x & y,
                0x60 => x | y,
                0x61 => x ^ y,
                0x62 => x << (int)(y & (wide ? 63 : 31)),
                0x63 => x >> (int)(y & (wide ? 63 : 31)),
                _ => wide ? (long)((ulong)x >> (int)(y & 63)) : (uint)x >> (int)(y & 31),
            },
            a.Kind);
    }

    private static Slot Convert(int op, Slot a) => op switch
    {
        0x67 => new((sbyte)a.Number, 4),
        0x68 => new((short)a.Number, 4),
        0x69 => new((int)a.Number, 4),
        0x6A => new(a.Number, 8),
        0x6D => new((int)(uint)a.Number, 4),
        0x6E => new(a.Kind == 4 ? (uint)a.Number : a.Number, 8),
        0xD1 => new((ushort)a.Number, 4),
        0xD2 => new((byte)a.Number, 4),
        _ => a,
    };

    private static Slot Cut(long value, int kind) => kind == 4 ? new((int)value, 4) : new(value, 8);

    /// <summary>An object of the interpreted program.</summary>
    internal sealed class Instance(TypeDefinitionHandle type)
    {
        public TypeDefinitionHandle Type { get; } = type;

        public Dictionary<int, Slot> Fields { get; } = [];
    }

    /// <summary>A value on the stack: 32 bits, 64 bits or an object.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    internal readonly struct Slot(long number, int kind, object? o = null)
    {
        public Slot(object? o) : this(0, 0, o)
        {
        }

        public long Number { get; } = number;

        public int Kind { get; } = kind;

        public object? Object { get; } = o;
    }

    private sealed record Code(byte[] Il, int Locals);

    private sealed record Element(Array Array, int Index)
    {
        public Slot Load() => Load(Array, Index);

        public void Store(Slot value) => Store(Array, Index, value);

        public static Slot Load(Array array, int index) => array switch
        {
            // The runtime lets an sbyte[] pass for a byte[] (and uint[] for int[], which does no harm here).
            _ when array.GetType() == typeof(sbyte[]) => new(((sbyte[])array)[index], 4),
            int[] a => new(a[index], 4),
            long[] a => new(a[index], 8),
            uint[] a => new((int)a[index], 4),
            ulong[] a => new((long)a[index], 8),
            byte[] a => new(a[index], 4),
            object?[] a => new(a[index]),
            _ => throw new NotSupportedException(array.GetType().Name),
        };

        public static void Store(Array array, int index, Slot value)
        {
            switch (array)
            {
                case int[] a: a[index] = (int)value.Number; break;
                case long[] a: a[index] = value.Number; break;
                case uint[] a: a[index] = (uint)value.Number; break;
                case ulong[] a: a[index] = (ulong)value.Number; break;
                case byte[] a: a[index] = (byte)value.Number; break;
                case object?[] a: a[index] = value.Object; break;
                default: throw new NotSupportedException(array.GetType().Name);
            }
        }
    }
}
