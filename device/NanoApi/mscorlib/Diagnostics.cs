// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;

namespace System.Diagnostics.CodeAnalysis
{
    public sealed class AllowNullAttribute : Attribute
    {
        public extern AllowNullAttribute();
    }

    public sealed class DisallowNullAttribute : Attribute
    {
        public extern DisallowNullAttribute();
    }

    public sealed class DoesNotReturnAttribute : Attribute
    {
        public extern DoesNotReturnAttribute();
    }

    public sealed class DoesNotReturnIfAttribute : Attribute
    {
        public extern bool ParameterValue { get; }
        public extern DoesNotReturnIfAttribute(bool parameterValue);
    }

    public sealed class MaybeNullAttribute : Attribute
    {
        public extern MaybeNullAttribute();
    }

    public sealed class MaybeNullWhenAttribute : Attribute
    {
        public extern bool ReturnValue { get; }
        public extern MaybeNullWhenAttribute(bool returnValue);
    }

    public sealed class MemberNotNullAttribute : Attribute
    {
        public extern string[] Members { get; }
        public extern MemberNotNullAttribute(string member);
        public extern MemberNotNullAttribute(string[] members);
    }

    public sealed class MemberNotNullWhenAttribute : Attribute
    {
        public extern bool ReturnValue { get; }
        public extern string[] Members { get; }
        public extern MemberNotNullWhenAttribute(bool returnValue, string member);
        public extern MemberNotNullWhenAttribute(bool returnValue, string[] members);
    }

    public sealed class NotNullAttribute : Attribute
    {
        public extern NotNullAttribute();
    }

    public sealed class NotNullIfNotNullAttribute : Attribute
    {
        public extern string ParameterName { get; }
        public extern NotNullIfNotNullAttribute(string parameterName);
    }

    public sealed class NotNullWhenAttribute : Attribute
    {
        public extern bool ReturnValue { get; }
        public extern NotNullWhenAttribute(bool returnValue);
    }
}

namespace System.Diagnostics
{
    public sealed class ConditionalAttribute : Attribute
    {
        public extern string ConditionString { get; }
        public extern ConditionalAttribute(string conditionString);
    }

    public static class Debug
    {
        public static extern void Assert(bool condition);
        public static extern void Assert(bool condition, string message);
        public static extern void Assert(bool condition, string message, string detailedMessage);
        public static extern void Write(string message);
        public static extern void WriteLine();
        public static extern void WriteLine(string message);
    }
}
