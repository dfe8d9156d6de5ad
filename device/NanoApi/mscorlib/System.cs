// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.
using System.Collections;
using System.Reflection;

namespace System
{
    public delegate void Action();
    public delegate void AsyncCallback(IAsyncResult ar);

    public enum Base64FormattingOptions
    {
        None = 0,
        InsertLineBreaks = 1,
    }

    public static class BitConverter
    {
        public static extern bool IsLittleEndian { get; }
        public static extern long DoubleToInt64Bits(double value);
        public static extern byte[] GetBytes(bool value);
        public static extern byte[] GetBytes(char value);
        public static extern byte[] GetBytes(double value);
        public static extern byte[] GetBytes(float value);
        public static extern byte[] GetBytes(int value);
        public static extern byte[] GetBytes(long value);
        public static extern byte[] GetBytes(short value);
        public static extern byte[] GetBytes(uint value);
        public static extern byte[] GetBytes(ulong value);
        public static extern byte[] GetBytes(ushort value);
        public static extern double Int64BitsToDouble(long value);
        public static extern bool ToBoolean(byte[] value, int startIndex);
        public static extern char ToChar(byte[] value, int startIndex);
        public static extern double ToDouble(byte[] value, int startIndex);
        public static extern short ToInt16(byte[] value, int startIndex);
        public static extern int ToInt32(byte[] value, int startIndex);
        public static extern long ToInt64(byte[] value, int startIndex);
        public static extern float ToSingle(byte[] value, int startIndex);
        public static extern string ToString(byte[] value);
        public static extern string ToString(byte[] value, int startIndex);
        public static extern string ToString(byte[] value, int startIndex, int length);
        public static extern ushort ToUInt16(byte[] value, int startIndex);
        public static extern uint ToUInt32(byte[] value, int startIndex);
        public static extern ulong ToUInt64(byte[] value, int startIndex);
    }

    public static class Console
    {
        public static extern void Write(string value);
        public static extern void WriteLine();
        public static extern void WriteLine(string value);
    }

    public static class Convert
    {
        public static extern bool ToBoolean(byte value);
        public static extern char ToChar(ushort value);
        public static extern sbyte ToSByte(string value, int fromBase = 10);
        public static extern byte ToByte(string value, int fromBase = 10);
        public static extern byte ToByte(bool value);
        public static extern DateTime ToDateTime(string value);
        public static extern short ToInt16(string value, int fromBase = 10);
        public static extern ushort ToUInt16(string value, int fromBase = 10);
        public static extern int ToInt32(string value, int fromBase = 10);
        public static extern uint ToUInt32(string value, int fromBase = 10);
        public static extern long ToInt64(string value, int fromBase = 10);
        public static extern ulong ToUInt64(string value, int fromBase = 10);
        public static extern double ToDouble(string value);
        public static extern float ToSingle(string value);
        public static extern string ToBase64String(byte[] inArray);
        public static extern string ToBase64String(byte[] inArray, Base64FormattingOptions options);
        public static extern string ToBase64String(byte[] inArray, int offset, int length);
        public static extern string ToBase64String(byte[] inArray, int offset, int length, Base64FormattingOptions options);
        public static extern byte[] FromBase64String(string inString);
        public static extern byte[] FromBase64CharArray(char[] inArray, int offset, int length);
    }

    public enum DateTimeKind
    {
        Utc = 1,
        Local = 2,
    }

    public enum DayOfWeek
    {
        Sunday = 0,
        Monday = 1,
        Tuesday = 2,
        Wednesday = 3,
        Thursday = 4,
        Friday = 5,
        Saturday = 6,
    }

    public abstract class Delegate
    {
        public extern MethodInfo Method { get; }
        public extern object Target { get; }
        public override extern bool Equals(object obj);
        public static extern Delegate Combine(Delegate a, Delegate b);
        public virtual extern Delegate[] GetInvocationList();
        public static extern Delegate Remove(Delegate source, Delegate value);
        public static extern bool operator ==(Delegate d1, Delegate d2);
        public static extern bool operator !=(Delegate d1, Delegate d2);
        protected extern Delegate();
    }

    public abstract class Enum : ValueType
    {
        public extern bool HasFlag(Enum flag);
        public override extern string ToString();
        protected extern Enum();
    }

    public class EventArgs
    {
        public static readonly EventArgs Empty;
        public extern EventArgs();
    }
    public delegate void EventHandler(object sender, EventArgs e);

    public static class GC
    {
        public static extern void WaitForPendingFinalizers();
        public static extern void SuppressFinalize(object obj);
        public static extern void ReRegisterForFinalize(object obj);
    }

    public interface IAsyncResult
    {
    }

    public interface ICloneable
    {
        object Clone();
    }

    public interface IComparable
    {
        int CompareTo(object obj);
    }

    public interface IDisposable
    {
        void Dispose();
    }

    public abstract class MarshalByRefObject
    {
        protected extern MarshalByRefObject();
    }

    public abstract class MulticastDelegate : Delegate
    {
        public static extern bool operator ==(MulticastDelegate d1, MulticastDelegate d2);
        public static extern bool operator !=(MulticastDelegate d1, MulticastDelegate d2);
        public override extern bool Equals(object obj);
        protected extern MulticastDelegate();
    }

    public class Object
    {
        public extern Object();
        public virtual extern string ToString();
        public virtual extern bool Equals(object obj);
        public static extern bool Equals(object objA, object objB);
        public static extern bool ReferenceEquals(object objA, object objB);
        public virtual extern int GetHashCode();
        public extern Type GetType();
        protected extern object MemberwiseClone();
        extern ~Object();
    }

    public class Random
    {
        public extern Random();
        public extern Random(int seed);
        public virtual extern int Next();
        public virtual extern int Next(int maxValue);
        public virtual extern double NextDouble();
        public virtual extern void NextBytes(byte[] buffer);
    }

    public sealed class String : IComparable, IEnumerable
    {
        public static readonly string Empty;
        [System.Runtime.CompilerServices.IndexerName("Chars")] public extern char this[int index] { get; }
        public extern int Length { get; }
        public extern IEnumerator GetEnumerator();
        public override extern bool Equals(object obj);
        public static extern bool Equals(string a, string b);
        public static extern bool operator ==(string a, string b);
        public static extern bool operator !=(string a, string b);
        public extern char[] ToCharArray();
        public extern char[] ToCharArray(int startIndex, int length);
        public extern string[] Split(params char[] separator);
        public extern string[] Split(char[] separator, int count);
        public extern string Substring(int startIndex);
        public extern string Substring(int startIndex, int length);
        public extern string Trim(params char[] trimChars);
        public extern string TrimStart(params char[] trimChars);
        public extern string TrimEnd(params char[] trimChars);
        public extern String(char[] value, int startIndex, int length);
        public extern String(char[] value);
        public extern String(char c, int count);
        public static extern int Compare(string strA, string strB);
        public extern int CompareTo(object value);
        public extern int CompareTo(string strB);
        public extern int IndexOf(char value);
        public extern int IndexOf(char value, int startIndex);
        public extern int IndexOf(char value, int startIndex, int count);
        public extern int IndexOfAny(char[] anyOf);
        public extern int IndexOfAny(char[] anyOf, int startIndex);
        public extern int IndexOfAny(char[] anyOf, int startIndex, int count);
        public extern int IndexOf(string value);
        public extern int IndexOf(string value, int startIndex);
        public extern int IndexOf(string value, int startIndex, int count);
        public extern int LastIndexOf(char value);
        public extern int LastIndexOf(char value, int startIndex);
        public extern int LastIndexOf(char value, int startIndex, int count);
        public extern int LastIndexOfAny(char[] anyOf);
        public extern int LastIndexOfAny(char[] anyOf, int startIndex);
        public extern int LastIndexOfAny(char[] anyOf, int startIndex, int count);
        public extern int LastIndexOf(string value);
        public extern int LastIndexOf(string value, int startIndex);
        public extern int LastIndexOf(string value, int startIndex, int count);
        public extern string ToLower();
        public extern string ToUpper();
        public override extern string ToString();
        public extern string Trim();
        public static extern string Concat(object arg0);
        public static extern string Concat(object arg0, object arg1);
        public static extern string Concat(object arg0, object arg1, object arg2);
        public static extern string Concat(params object[] args);
        public static extern string Concat(string str0, string str1);
        public static extern string Concat(string str0, string str1, string str2);
        public static extern string Concat(string str0, string str1, string str2, string str3);
        public static extern string Concat(params string[] values);
        public static extern string Intern(string str);
        public static extern string IsInterned(string str);
        public static extern string Format(string format, params object[] args);
        public extern string PadLeft(int totalWidth, char paddingChar = ' ');
        public extern string PadRight(int totalWidth, char paddingChar = ' ');
        public static extern bool IsNullOrEmpty(string value);
        public extern bool Contains(string value);
        public extern bool StartsWith(string value);
        public extern bool EndsWith(string value);
    }

    public abstract class ValueType
    {
        public override extern bool Equals(object obj);
        protected extern ValueType();
    }

    public sealed class Version
    {
        public extern int Major { get; }
        public extern int Minor { get; }
        public extern int Revision { get; }
        public extern int Build { get; }
        public extern Version(int major, int minor, int build, int revision);
        public extern Version(int major, int minor);
        public override extern bool Equals(object obj);
        public override extern string ToString();
        public override extern int GetHashCode();
    }

    public class WeakReference
    {
        public extern bool IsAlive { get; }
        public extern object Target { get; set; }
        public extern WeakReference(object target);
    }
}
