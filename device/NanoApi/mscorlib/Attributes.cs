// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.

namespace System
{
    public abstract class Attribute
    {
        protected extern Attribute();
    }

    public enum AttributeTargets
    {
        Assembly = 1,
        Module = 2,
        Class = 4,
        Struct = 8,
        Enum = 16,
        Constructor = 32,
        Method = 64,
        Property = 128,
        Field = 256,
        Event = 512,
        Interface = 1024,
        Parameter = 2048,
        Delegate = 4096,
        ReturnValue = 8192,
        All = 16383,
    }

    public sealed class AttributeUsageAttribute : Attribute
    {
        public extern AttributeTargets ValidOn { get; }
        public extern bool AllowMultiple { get; set; }
        public extern bool Inherited { get; set; }
        public extern AttributeUsageAttribute(AttributeTargets validOn);
    }

    public class FlagsAttribute : Attribute
    {
        public extern FlagsAttribute();
    }

    public sealed class ObsoleteAttribute : Attribute
    {
        public extern string Message { get; }
        public extern bool IsError { get; }
        public extern ObsoleteAttribute();
        public extern ObsoleteAttribute(string message);
        public extern ObsoleteAttribute(string message, bool error);
    }

    public sealed class ParamArrayAttribute : Attribute
    {
        public extern ParamArrayAttribute();
    }
}
