// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;

namespace System.Runtime.CompilerServices
{
    public sealed class CallerArgumentExpressionAttribute : Attribute
    {
        public extern string ParameterName { get; }
        public extern CallerArgumentExpressionAttribute(string parameterName);
    }

    public sealed class CallerMemberNameAttribute : Attribute
    {
        public extern CallerMemberNameAttribute();
    }

    public class ExcludeTypeAttribute : Attribute
    {
        public extern ExcludeTypeAttribute();
    }

    public sealed class ExtensionAttribute : Attribute
    {
        public extern ExtensionAttribute();
    }

    public sealed class IndexerNameAttribute : Attribute
    {
        public extern IndexerNameAttribute(string indexerName);
    }

    public sealed class InternalsVisibleToAttribute : Attribute
    {
        public extern string AssemblyName { get; }
        public extern InternalsVisibleToAttribute(string assemblyName);
    }

    public static class IsExternalInit
    {
    }

    public sealed class MethodImplAttribute : Attribute
    {
        public extern MethodImplOptions Value { get; }
        public extern MethodImplAttribute(MethodImplOptions methodImplOptions);
        public extern MethodImplAttribute(short _value);
        public extern MethodImplAttribute();
    }

    public enum MethodImplOptions
    {
        Unmanaged = 4,
        ForwardRef = 16,
        PreserveSig = 128,
        InternalCall = 4096,
        Synchronized = 32,
        NoInlining = 8,
    }

    public static class RuntimeHelpers
    {
        public static extern int OffsetToStringData { get; }
        public static extern void InitializeArray(Array array, RuntimeFieldHandle fldHandle);
        public static extern object GetObjectValue(object obj);
        public static extern void RunClassConstructor(RuntimeTypeHandle type);
    }
}

namespace System.Runtime.InteropServices
{
    public enum CharSet
    {
        None = 1,
        Ansi = 2,
        Unicode = 3,
        Auto = 4,
    }

    public enum LayoutKind
    {
        Sequential = 0,
        Explicit = 2,
        Auto = 3,
    }

    public sealed class OutAttribute : Attribute
    {
        public extern OutAttribute();
    }

    public sealed class StructLayoutAttribute : Attribute
    {
        public int Pack;
        public int Size;
        public CharSet CharSet;
        public extern LayoutKind Value { get; }
        public extern StructLayoutAttribute(LayoutKind layoutKind);
        public extern StructLayoutAttribute(short layoutKind);
    }
}

namespace System.Runtime.Versioning
{
    public sealed class TargetFrameworkAttribute : Attribute
    {
        public extern string FrameworkName { get; }
        public extern string FrameworkDisplayName { get; set; }
        public extern TargetFrameworkAttribute(string frameworkName);
    }
}
