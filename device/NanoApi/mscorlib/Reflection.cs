// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;

namespace System.Reflection
{
    public class Assembly
    {
        public extern string FullName { get; }
        public static extern Assembly GetExecutingAssembly();
        public extern AssemblyName GetName();
        public static extern Assembly GetAssembly(Type type);
        public virtual extern Type GetType(string name);
        public virtual extern Type GetType(string name, bool throwOnError);
        public virtual extern Type[] GetTypes();
        public static extern Assembly Load(string assemblyString);
        public static extern Assembly Load(byte[] rawAssembly);
        public extern Assembly();
    }

    public sealed class AssemblyCompanyAttribute : Attribute
    {
        public extern string Company { get; }
        public extern AssemblyCompanyAttribute(string company);
    }

    public sealed class AssemblyConfigurationAttribute : Attribute
    {
        public extern string Configuration { get; }
        public extern AssemblyConfigurationAttribute(string configuration);
    }

    public sealed class AssemblyCopyrightAttribute : Attribute
    {
        public extern string Copyright { get; }
        public extern AssemblyCopyrightAttribute(string copyright);
    }

    public sealed class AssemblyCultureAttribute : Attribute
    {
        public extern string Culture { get; }
        public extern AssemblyCultureAttribute(string culture);
    }

    public sealed class AssemblyDescriptionAttribute : Attribute
    {
        public extern string Description { get; }
        public extern AssemblyDescriptionAttribute(string description);
    }

    public sealed class AssemblyFileVersionAttribute : Attribute
    {
        public extern string Version { get; }
        public extern AssemblyFileVersionAttribute(string version);
    }

    public sealed class AssemblyInformationalVersionAttribute : Attribute
    {
        public extern string InformationalVersion { get; }
        public extern AssemblyInformationalVersionAttribute(string informationalVersion);
    }

    public sealed class AssemblyName
    {
        public extern string Name { get; }
        public extern string FullName { get; }
        public extern Version Version { get; }
    }

    public sealed class AssemblyNativeVersionAttribute : Attribute
    {
        public extern string NativeVersion { get; }
        public extern AssemblyNativeVersionAttribute(string version);
    }

    public sealed class AssemblyProductAttribute : Attribute
    {
        public extern string Product { get; }
        public extern AssemblyProductAttribute(string product);
    }

    public sealed class AssemblyTitleAttribute : Attribute
    {
        public extern string Title { get; }
        public extern AssemblyTitleAttribute(string title);
    }

    public sealed class AssemblyTrademarkAttribute : Attribute
    {
        public extern string Trademark { get; }
        public extern AssemblyTrademarkAttribute(string trademark);
    }

    public sealed class AssemblyVersionAttribute : Attribute
    {
        public extern string Version { get; }
        public extern AssemblyVersionAttribute(string version);
    }

    public sealed class DefaultMemberAttribute : Attribute
    {
        public extern string MemberName { get; }
        public extern DefaultMemberAttribute(string memberName);
    }
}
