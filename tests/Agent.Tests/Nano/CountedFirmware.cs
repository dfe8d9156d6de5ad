using BindingFlags = System.Reflection.BindingFlags;
using DispatchProxy = System.Reflection.DispatchProxy;
using FieldInfo = System.Reflection.FieldInfo;
using System.Runtime.Loader;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Cil = Mono.Cecil.Cil;

namespace JkFleet.Agent.Tests.Nano;
/// <summary>IL instructions executed, by method of a <see cref="CountedFirmware"/>; written by the code that was put into it.</summary>
public static class IlCount
{
    /// <summary>One element a method. Never replaced: the counting code holds it.</summary>
    public static readonly long[] Of = new long[16384];
}

/// <summary>
/// The very assemblies that the device runs, brought to run here with a counter in front of every straight run of instructions. The board
/// interprets: what it has to do is the number of instructions, which is the same there as here. Calls into the runtime count as one.
/// </summary>
internal sealed class CountedFirmware
{
    private static readonly FieldInfo Counters = typeof(IlCount).GetField(nameof(IlCount.Of))!;

    // The board's own libraries have their types in several assemblies; here all of those that the shadows use are known under one name.
    private static readonly AssemblyNameReference Platform = new("mscorlib", new Version(4, 0, 0, 0)) { PublicKeyToken = [0xb7, 0x7a, 0x5c, 0x56, 0x19, 0x34, 0xe0, 0x89] };

    private static int _methods;

    private readonly AssemblyLoadContext _rooms = new("counted firmware");
    private readonly List<(int Index, string Name)> _names = [];

    /// <param name="rooms">Names of the assemblies; each must come after those it refers to.</param>
    public CountedFirmware(params string[] rooms)
    {
        using var neighbours = new DefaultAssemblyResolver();
        neighbours.AddSearchDirectory(NanoFolder.Shadows);
        foreach (var room in rooms)
        {
            using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(NanoFolder.Shadows, room + ".dll"), new ReaderParameters { AssemblyResolver = neighbours });
            foreach (var reference in assembly.MainModule.AssemblyReferences.Where(r => !r.Name.StartsWith("JkFleet.", StringComparison.Ordinal)))
                (reference.Name, reference.Version, reference.PublicKeyToken) = (Platform.Name, Platform.Version, Platform.PublicKeyToken);
            var counters = assembly.MainModule.ImportReference(Counters);
            foreach (var method in assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)) Count(method, counters);
            using var image = new MemoryStream();
            assembly.Write(image);
            image.Position = 0;
            _rooms.LoadFromStream(image);
        }
    }

    /// <summary>Instructions executed so far.</summary>
    public long Executed => _names.Sum(n => IlCount.Of[n.Index]);

    /// <summary>The same by method; overloads share a line.</summary>
    public IEnumerable<(string Method, long Instructions)> ByMethod =>
        _names.GroupBy(n => n.Name, n => IlCount.Of[n.Index]).Select(n => (n.Key, n.Sum()));

    /// <summary>A type of the firmware.</summary>
    /// <param name="name">Full name.</param>
    public Type Type(string name) => _rooms.Assemblies.Select(a => a.GetType(name)).First(t => t is not null)!;

    /// <summary>Is a type part of it?</summary>
    public bool Has(Type type) => AssemblyLoadContext.GetLoadContext(type.Assembly) == _rooms;

    /// <summary>What its static fields hold.</summary>
    public IEnumerable<object?> Statics() => _rooms.Assemblies.SelectMany(a => a.GetTypes())
        .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)).Where(f => !f.IsLiteral && !f.FieldType.IsPrimitive).Select(f => f.GetValue(null));

    public object New(string type, params object?[] arguments) => Activator.CreateInstance(Type(type), arguments)!;

    /// <summary>An object behind a port of the firmware that is answered here.</summary>
    /// <param name="name">Full name of the interface.</param>
    /// <param name="answer">Gets name and arguments of a call.</param>
    public object Port(string name, Func<string, object?[], object?> answer)
    {
        var port = DispatchProxy.Create(Type(name), typeof(Seam));
        ((Seam)port).Answer = answer;
        return port;
    }

    private void Count(MethodDefinition method, FieldReference counters)
    {
        var id = Interlocked.Increment(ref _methods) - 1;
        if (id >= IlCount.Of.Length) throw new InvalidOperationException("more methods than counters");
        _names.Add((id, method.DeclaringType.Name + "." + method.Name));
        var body = method.Body;
        body.SimplifyMacros(); // long branches: the counters push their targets apart
        var worker = body.GetILProcessor();
        foreach (var run in Runs(body).ToList())
        {
            var entry = worker.Create(OpCodes.Ldsfld, counters);
            Cil.Instruction[] code =
            [
                entry, worker.Create(OpCodes.Ldc_I4, id), worker.Create(OpCodes.Ldelema, method.Module.TypeSystem.Int64), worker.Create(OpCodes.Dup),
                worker.Create(OpCodes.Ldind_I8), worker.Create(OpCodes.Ldc_I8, (long)run.Count), worker.Create(OpCodes.Add), worker.Create(OpCodes.Stind_I8),
            ];
            foreach (var instruction in code) worker.InsertBefore(run.First, instruction);
            Redirect(body, run.First, entry);
        }

        body.OptimizeMacros();
    }

    /// <summary>Straight runs: nothing jumps into their middle or out of it.</summary>
    private static IEnumerable<(Cil.Instruction First, int Count)> Runs(MethodBody body)
    {
        var first = new HashSet<Cil.Instruction> { body.Instructions[0] };
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand is Cil.Instruction target) first.Add(target);
            if (instruction.Operand is Cil.Instruction[] targets) first.UnionWith(targets);
            if (instruction.OpCode.FlowControl is FlowControl.Cond_Branch or FlowControl.Branch or FlowControl.Return or FlowControl.Throw && instruction.Next is { } next) first.Add(next);
        }

        foreach (var handler in body.ExceptionHandlers)
        {
            first.UnionWith(new[] { handler.TryStart, handler.HandlerStart, handler.FilterStart }.OfType<Cil.Instruction>());
            first.UnionWith(new[] { handler.TryEnd, handler.HandlerEnd }.OfType<Cil.Instruction>());
        }

        var run = new List<Cil.Instruction>();
        foreach (var instruction in body.Instructions)
        {
            if (run.Count > 0 && first.Contains(instruction))
            {
                yield return (run[0], run.Count);
                run.Clear();
            }

            run.Add(instruction);
        }

        yield return (run[0], run.Count);
    }

    private static void Redirect(MethodBody body, Cil.Instruction from, Cil.Instruction to)
    {
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand == from) instruction.Operand = to;
            else if (instruction.Operand is Cil.Instruction[] targets) for (var i = 0; i < targets.Length; i++) if (targets[i] == from) targets[i] = to;
        }

        foreach (var handler in body.ExceptionHandlers)
        {
            if (handler.TryStart == from) handler.TryStart = to;
            if (handler.TryEnd == from) handler.TryEnd = to;
            if (handler.HandlerStart == from) handler.HandlerStart = to;
            if (handler.HandlerEnd == from) handler.HandlerEnd = to;
            if (handler.FilterStart == from) handler.FilterStart = to;
        }
    }

    /// <summary>See <see cref="Port"/>; public because proxies derive from it.</summary>
    public class Seam : DispatchProxy
    {
        public Func<string, object?[], object?> Answer { get; set; } = null!;

        protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!.Name, args ?? []);
    }
}
