using System.Reflection;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>
/// What objects take on the board's managed heap. nanoCLR builds everything of blocks of 12 bytes (CLR_RT_HeapBlock): an object is one for its
/// header and one for each field whatever its type; arrays of numbers are packed behind a header of 20 bytes; a literal lies in the assembly.
/// </summary>
/// <param name="ours">Does a type belong to the firmware?</param>
internal sealed class BoardHeap(Predicate<Type> ours)
{
    private const int Block = 12;
    private const int ArrayHeader = 20;

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, (int Count, int Bytes)> _types = [];

    /// <summary>Bytes of everything reached so far.</summary>
    public int Bytes => _types.Values.Sum(t => t.Bytes);

    /// <summary>The same by type, the greatest first.</summary>
    public IEnumerable<(string Type, int Count, int Bytes)> ByType => _types.Select(t => (t.Key, t.Value.Count, t.Value.Bytes)).OrderByDescending(t => t.Bytes);

    /// <summary>Counts an object and what hangs on it, each once; objects of types that are not ours end the walk.</summary>
    /// <param name="root">Where to begin.</param>
    public void Add(object? root)
    {
        var waiting = new Stack<object?>([root]);
        while (waiting.TryPop(out var next))
        {
            if (next is null || !_seen.Add(next)) continue;
            var type = next.GetType();
            if (next is string text)
            {
                if (string.IsInterned(text) is null) Count("String", Block + text.Length + 1);
            }
            else if (next is Array array)
            {
                var element = type.GetElementType()!;
                if (element.IsEnum) element = Enum.GetUnderlyingType(element);
                Count(type.Name, ArrayHeader + (array.Length * (element.IsPrimitive ? SizeOf(element) : Block)));
                if (!element.IsPrimitive) foreach (var item in array) waiting.Push(item);
            }
            else if (ours(type))
            {
                var fields = Fields(type).ToList();
                Count(type.Name, Block * (1 + fields.Count));
                foreach (var field in fields.Where(f => !f.FieldType.IsPrimitive && !f.FieldType.IsEnum)) waiting.Push(field.GetValue(next));
            }
        }
    }

    private static IEnumerable<FieldInfo> Fields(Type? type)
    {
        for (; type is not null && type != typeof(object); type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) yield return field;
    }

    private static int SizeOf(Type primitive) => Type.GetTypeCode(primitive) switch
    {
        TypeCode.Boolean or TypeCode.Byte or TypeCode.SByte => 1,
        TypeCode.Char or TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Double => 8,
        _ => 4,
    };

    private void Count(string type, int bytes)
    {
        var (count, sum) = _types.GetValueOrDefault(type);
        _types[type] = (count + 1, sum + ((bytes + Block - 1) / Block * Block));
    }
}
