using Xunit;

namespace JkFleet.Agent.Tests.Nano;

/// <summary>Deliberate offences, each in its own class, compiled once for all tests with the references of the device.</summary>
public sealed class NanoOffences : IDisposable
{
    // Found while method bodies are bound, so all of them are reported by one run of the compiler.
    private static readonly (string Name, string Code, string Error)[] Bodies =
    [
        ("ListOfInt", "int M() { var l = new System.Collections.Generic.List<int>(); return l.Count; }", "CS0234"),
        ("StringReplace", """string M(string s) { return s.Replace("a", "b"); }""", "CS1061"),
        ("StringJoin", """string M(string[] s) { return string.Join(",", s); }""", "CS0117"),
        ("StringIsBlank", "bool M(string s) { return string.IsNullOrWhiteSpace(s); }", "CS0117"),
        ("ActionOfInt", "void M() { System.Action<int> a = null; }", "CS0308"),
        ("FuncOfInt", "void M() { System.Func<int> a = null; }", "CS0234"),
        ("NullableInt", "void M() { int? a = null; }", "CS0518"),
        ("Tuple", "int M() { var t = (1, 2); return t.Item1; }", "CS8179"),
        ("Stackalloc", "int M() { System.Span<int> s = stackalloc int[4]; return s[0]; }", "CS0234"),
        ("Linq", "int M(int[] a) { return System.Linq.Enumerable.Sum(a); }", "CS0234"),
        ("IndexFromEnd", "int M(int[] a) { return a[^1]; }", "CS0518"),
        ("Decimal", "void M() { decimal d = 1; }", "CS0518"),
        ("CharIsDigit", "bool M(char c) { return char.IsDigit(c); }", "CS0117"),
        ("ArraySort", "void M(int[] a) { System.Array.Sort(a); }", "CS0117"),
        ("LongMax", "long M(long a, long b) { return System.Math.Max(a, b); }", "CS0266"),
        ("DateTimeNow", "long M() { return System.DateTime.Now.Ticks; }", "CS0117"),
        ("EnumParse", """object M() { return System.Enum.Parse(typeof(System.DayOfWeek), "Monday"); }""", "CS0117"),
        ("GetStringWhole", "string M(byte[] b) { return System.Text.Encoding.UTF8.GetString(b); }", "CS7036"),
    ];

    // Found while declarations are bound; the compiler stops there, so they need a run of their own.
    private static readonly (string Name, string Code, string Error)[] Declarations =
    [
        ("DefaultInterfaceMethod", "interface IThing { int M() { return 1; } }", "CS8701"),
        ("GenericField", "System.Collections.Generic.Dictionary<int, int> _d;", "CS0234"),
        ("Async", "async System.Threading.Tasks.Task M() { }", "CS0234"),
        ("FileScopedStruct", "struct S { public S() { } }", "CS8773"),
    ];

    // Found last of all, so it must be alone.
    private static readonly (string Name, string Code, string Error)[] Emitting =
    [
        ("VolatileField", "volatile int _a; int M() { return _a; }", "CS0518"),
    ];

    private static readonly (string Name, string Code, string What)[] Compiling =
    [
        ("MultiDimensional", "int M() { var a = new int[2, 3]; return a[1, 1]; }", "multi-dimensional array"),
        ("MultiDimensionalField", "int[,] _a;", "multi-dimensional array"),
        ("Checked", "int M(int a, int b) { return checked(a + b); }", "checked arithmetic"),
        ("CheckedCast", "byte M(int a) { return checked((byte)a); }", "checked arithmetic"),
        ("StackallocPointer", "unsafe int M() { int* p = stackalloc int[4]; return p[1]; }", "stackalloc"),
        ("Pointer", "unsafe int M(int* p) { return *p; }", "pointer"),
        ("EnumToString", "string M(System.DayOfWeek d) { return d.ToString(); }", "enum System.DayOfWeek as object"),
        ("EnumConcat", """string M(System.DayOfWeek d) { return "day " + d; }""", "enum System.DayOfWeek as object"),
        ("EnumInterpolated", """string M(System.DayOfWeek d, int i) { return $"day {d} {i:D4}"; }""", "enum System.DayOfWeek as object"),
        ("OwnEnumToString", "enum E { A, B } string M(E e) { return e.ToString(); }", "as object"),
        ("EnumHasFlag", "bool M(System.Threading.ThreadState s) { return s.HasFlag(System.Threading.ThreadState.Stopped); }", "as object"),
        ("MutableStruct", "struct S { public int X; } int M() { var a = new S { X = 1 }; var b = a; b.X = 2; return a.X; }", "mutable struct"),
        ("GenericType", "class Box<T> { public T Value; }", "generic type"),
        ("GenericMethod", "static T Id<T>(T x) { return x; }", "generic method"),
        ("GenericCall", "static T Id<T>(T x) { return x; } int M() { return Id(3); }", "generic method"),
        ("StaticCode", """static readonly string[] Parts = "a,b".Split(','); string M() { return Parts[0]; }""", "static constructor runs code"),
        ("ManyLocals", ManyLocals(), "locals"),
        ("LongMethod", LongMethod(), "bytes IL"),
    ];

    // What reviewers must be able to use without fear: nothing of it may be refused.
    private const string AllowedCode = """
        public delegate void Heard(int value);
        public readonly struct Pair { public readonly int A; public Pair(int a) { A = a; } }
        public interface IPart { int Value { get; } }
        public enum Kind : byte { None = 0, Some = 1 }
        static readonly byte[] Table = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
        static readonly string[] Words = { "a", "b" };
        const string Prefix = "x";
        public event Heard OnHeard;
        string? _name;
        public int M(int[] a, object gate, string text, Kind kind)
        {
            int sum = 0;
            foreach (int v in a) sum += v;
            lock (gate) { sum++; }
            switch (text) { case "one": sum++; break; case "two": sum--; break; case "three": sum += 3; break; case "four": break; case "five": sum += 9; break; case "six": sum = 1; break; case "seven": sum = 2; break; }
            string word = kind switch { Kind.None => "none", Kind.Some => "some", _ => "unknown" };
            Heard heard = value => sum += value;
            heard(Table[3]);
            try { sum /= a.Length; } catch (System.Exception e) when (e.Message != null) { sum = -1; } finally { sum++; }
            byte[] jag = new byte[][] { new byte[] { 1, 2 }, Table }[1];
            OnHeard?.Invoke(sum);
            _name ??= word + sum + $"{sum:D4}" + Words[0];
            return sum + new Pair(3).A + jag.Length + (int)kind + _name.Length + (text is { Length: > 3 } ? 1 : 0);
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("jkfleet-nano-").FullName;
    private readonly List<string> _errors = [];
    private readonly List<Offence> _found = [];

    public NanoOffences()
    {
        Expect(NanoFolder.Compile(_folder, Path.Combine(_folder, "bodies.dll"), withUnsafe: false, Write(Bodies)), compiled: false);
        Expect(NanoFolder.Compile(_folder, Path.Combine(_folder, "declarations.dll"), withUnsafe: false, Write(Declarations)), compiled: false);
        Expect(NanoFolder.Compile(_folder, Path.Combine(_folder, "emitting.dll"), withUnsafe: false, Write(Emitting)), compiled: false);
        var library = Path.Combine(_folder, "Offences.dll");
        var sources = Write(Compiling).Append(WriteOne("Allowed", AllowedCode)).Append(WriteFloat()).ToArray();
        Expect(NanoFolder.Compile(_folder, library, withUnsafe: true, sources), compiled: true);
        var gate = NanoFolder.Gate(library);
        using var assembly = new NanoAssembly(library);
        _found = gate.Inspect(assembly);
    }

    public static TheoryData<string, string> NotThere()
    {
        var data = new TheoryData<string, string>();
        foreach (var (name, _, error) in Bodies.Concat(Declarations).Concat(Emitting)) data.Add(name, error);
        return data;
    }

    public static TheoryData<string, string> Refused()
    {
        var data = new TheoryData<string, string>();
        foreach (var (name, _, what) in Compiling) data.Add(name, what);
        data.Add("FloatLimit", "float in limit arithmetic");
        return data;
    }

    internal IEnumerable<string> ErrorsOf(string name) => _errors.Where(line => line.StartsWith(name + ".cs(", StringComparison.Ordinal));

    internal IEnumerable<Offence> FoundIn(string name) =>
        _found.Where(o => o.Where.Contains("." + name + ".", StringComparison.Ordinal) || o.Where.Contains("." + name + "+", StringComparison.Ordinal));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Expect((bool Compiled, string[] Lines) result, bool compiled)
    {
        _errors.AddRange(result.Lines);
        if (result.Compiled != compiled) throw new InvalidOperationException(string.Join(Environment.NewLine, result.Lines));
    }

    private string[] Write((string Name, string Code, string)[] snippets) => [.. snippets.Select(s => WriteOne(s.Name, s.Code))];

    private string WriteOne(string name, string code) => WriteText(name, $"namespace Offences {{ public class {name} {{\n{code}\n}} }}");

    private string WriteFloat() =>
        WriteText("FloatLimit", "namespace JkFleet.Limits { public class FloatLimit { public int M(int a) { return (int)(a * 1.5); } } }");

    private string WriteText(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name + ".cs"), text);
        return name + ".cs";
    }

    private static string ManyLocals()
    {
        var names = Enumerable.Range(0, 300).Select(i => "v" + i).ToList();
        return $"void Use(ref int a) {{ a++; }}\nint M() {{ {string.Concat(names.Select(n => $"int {n} = 1; Use(ref {n});"))} return {string.Join("+", names)}; }}";
    }

    private static string LongMethod() =>
        $"int M(int[] a) {{ {string.Concat(Enumerable.Range(0, 4000).Select(i => $"a[{i}] = a[{i + 1}];"))} return a[0]; }}";
}
