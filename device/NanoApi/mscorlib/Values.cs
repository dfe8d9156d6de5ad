// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.
using System.Collections;
using System.Reflection;

namespace System
{
    public struct Boolean
    {
        public static readonly string FalseString;
        public static readonly string TrueString;
        public override extern string ToString();
    }

    public struct Byte
    {
        public const byte MaxValue = 255;
        public const byte MinValue = 0;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern byte Parse(string s);
        public static extern bool TryParse(string s, out byte result);
    }

    public struct Char
    {
        public const char MaxValue = '\uffff';
        public const char MinValue = '\0';
        public override extern string ToString();
        public extern char ToLower();
        public extern char ToUpper();
    }

    public struct DateTime
    {
        public static readonly DateTime MinValue;
        public static readonly DateTime MaxValue;
        public static readonly DateTime UnixEpoch;
        public extern DateTime Date { get; }
        public extern int Day { get; }
        public extern DayOfWeek DayOfWeek { get; }
        public extern int DayOfYear { get; }
        public extern int Hour { get; }
        public extern DateTimeKind Kind { get; }
        public extern int Millisecond { get; }
        public extern int Minute { get; }
        public extern int Month { get; }
        public static extern DateTime UtcNow { get; }
        public extern int Second { get; }
        public extern long Ticks { get; }
        public extern TimeSpan TimeOfDay { get; }
        public static extern DateTime Today { get; }
        public extern int Year { get; }
        public extern DateTime(long ticks);
        public extern DateTime(long ticks, DateTimeKind kind);
        public extern DateTime(int year, int month, int day);
        public extern DateTime(int year, int month, int day, int hour, int minute, int second);
        public extern DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond);
        public extern DateTime Add(TimeSpan val);
        public extern DateTime AddDays(double val);
        public extern DateTime AddHours(double val);
        public extern DateTime AddMilliseconds(double val);
        public extern DateTime AddMinutes(double val);
        public extern DateTime AddSeconds(double val);
        public extern DateTime AddTicks(long val);
        public static extern int Compare(DateTime t1, DateTime t2);
        public extern int CompareTo(object val);
        public static extern int DaysInMonth(int year, int month);
        public override extern bool Equals(object obj);
        public static extern bool Equals(DateTime t1, DateTime t2);
        public extern TimeSpan Subtract(DateTime val);
        public extern DateTime Subtract(TimeSpan val);
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern DateTime operator +(DateTime d, TimeSpan t);
        public static extern DateTime operator -(DateTime d, TimeSpan t);
        public static extern TimeSpan operator -(DateTime d1, DateTime d2);
        public static extern bool operator ==(DateTime d1, DateTime d2);
        public static extern bool operator !=(DateTime t1, DateTime t2);
        public static extern bool operator <(DateTime t1, DateTime t2);
        public static extern bool operator <=(DateTime t1, DateTime t2);
        public static extern bool operator >(DateTime t1, DateTime t2);
        public static extern bool operator >=(DateTime t1, DateTime t2);
        public static extern DateTime FromUnixTimeSeconds(long seconds);
        public extern long ToUnixTimeSeconds();
        public override extern int GetHashCode();
        public static extern DateTime Parse(string s);
        public static extern bool TryParse(string s, out DateTime result);
    }

    public struct Double
    {
        public const double MinValue = -1.7976931348623157E+308d;
        public const double MaxValue = 1.7976931348623157E+308d;
        public const double Epsilon = 5E-324d;
        public const double NegativeInfinity = -1.0d / 0.0d;
        public const double PositiveInfinity = 1.0d / 0.0d;
        public const double NaN = 0.0d / 0.0d;
        public extern int CompareTo(double value);
        public static extern bool IsInfinity(double d);
        public static extern bool IsNaN(double d);
        public static extern bool IsNegativeInfinity(double d);
        public static extern bool IsPositiveInfinity(double d);
        public static extern double Parse(string s);
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern bool TryParse(string s, out double result);
    }

    public struct Guid
    {
        public static readonly Guid Empty;
        public extern Guid(int a, short b, short c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k);
        public extern Guid(uint a, ushort b, ushort c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k);
        public extern Guid(byte[] b);
        public extern Guid(string g);
        public extern int CompareTo(object value);
        public extern byte[] ToByteArray();
        public override extern string ToString();
        public override extern bool Equals(object o);
        public override extern int GetHashCode();
        public static extern Guid NewGuid();
        public static extern bool TryParseGuidWithDashes(string input, out Guid result);
    }

    public struct Int16
    {
        public const short MaxValue = 32767;
        public const short MinValue = -32768;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern short Parse(string s);
        public static extern bool TryParse(string s, out short result);
    }

    public struct Int32
    {
        public const int MaxValue = 2147483647;
        public const int MinValue = -2147483648;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern int Parse(string s);
        public static extern bool TryParse(string s, out int result);
    }

    public struct Int64
    {
        public const long MaxValue = 9223372036854775807;
        public const long MinValue = -9223372036854775808;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern long Parse(string s);
        public static extern bool TryParse(string s, out long result);
    }

    public struct IntPtr
    {
    }

    public struct RuntimeFieldHandle
    {
    }

    public struct RuntimeMethodHandle
    {
    }

    public struct RuntimeTypeHandle
    {
    }

    public struct SByte
    {
        public const sbyte MaxValue = 127;
        public const sbyte MinValue = -128;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern sbyte Parse(string s);
        public static extern bool TryParse(string s, out sbyte result);
    }

    public struct Single
    {
        public const float MinValue = -3.4028235E+38f;
        public const float Epsilon = 1E-45f;
        public const float MaxValue = 3.4028235E+38f;
        public const float NegativeInfinity = -1.0f / 0.0f;
        public const float PositiveInfinity = 1.0f / 0.0f;
        public const float NaN = 0.0f / 0.0f;
        public static extern bool IsInfinity(float f);
        public static extern bool IsNaN(float f);
        public static extern bool IsNegativeInfinity(float f);
        public static extern bool IsPositiveInfinity(float f);
        public extern int CompareTo(float value);
        public static extern float Parse(string s);
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern bool TryParse(string s, out float result);
    }

    public struct SpanByte
    {
        public extern byte this[int index] { get; set; }
        public static extern SpanByte Empty { get; }
        public extern int Length { get; }
        public extern bool IsEmpty { get; }
        public extern SpanByte(byte[] array);
        public extern SpanByte(byte[] array, int start, int length);
        public extern void CopyTo(SpanByte destination);
        public extern SpanByte Slice(int start);
        public extern SpanByte Slice(int start, int length);
        public extern byte[] ToArray();
        public static extern implicit operator SpanByte(byte[] array);
    }

    public struct TimeSpan
    {
        public const long TicksPerMillisecond = 10000;
        public const long TicksPerSecond = 10000000;
        public const long TicksPerMinute = 600000000;
        public const long TicksPerHour = 36000000000;
        public const long TicksPerDay = 864000000000;
        public static readonly TimeSpan Zero;
        public static readonly TimeSpan MaxValue;
        public static readonly TimeSpan MinValue;
        public extern long Ticks { get; }
        public extern int Days { get; }
        public extern int Hours { get; }
        public extern int Milliseconds { get; }
        public extern int Minutes { get; }
        public extern int Seconds { get; }
        public extern double TotalDays { get; }
        public extern double TotalHours { get; }
        public extern double TotalMilliseconds { get; }
        public extern double TotalMinutes { get; }
        public extern double TotalSeconds { get; }
        public extern TimeSpan(long ticks);
        public extern TimeSpan(int hours, int minutes, int seconds);
        public extern TimeSpan(int days, int hours, int minutes, int seconds);
        public extern TimeSpan(int days, int hours, int minutes, int seconds, int milliseconds);
        public extern TimeSpan Add(TimeSpan ts);
        public static extern int Compare(TimeSpan t1, TimeSpan t2);
        public extern int CompareTo(object value);
        public extern TimeSpan Duration();
        public override extern bool Equals(object value);
        public static extern bool Equals(TimeSpan t1, TimeSpan t2);
        public extern TimeSpan Negate();
        public extern TimeSpan Subtract(TimeSpan ts);
        public static extern TimeSpan FromTicks(long value);
        public static extern TimeSpan FromMilliseconds(long value);
        public static extern TimeSpan FromSeconds(long value);
        public static extern TimeSpan FromMinutes(long value);
        public static extern TimeSpan FromHours(long value);
        public static extern TimeSpan FromDays(long value);
        public override extern string ToString();
        public static extern TimeSpan operator -(TimeSpan t);
        public static extern TimeSpan operator -(TimeSpan t1, TimeSpan t2);
        public static extern TimeSpan operator +(TimeSpan t);
        public static extern TimeSpan operator +(TimeSpan t1, TimeSpan t2);
        public static extern bool operator ==(TimeSpan t1, TimeSpan t2);
        public static extern bool operator !=(TimeSpan t1, TimeSpan t2);
        public static extern bool operator <(TimeSpan t1, TimeSpan t2);
        public static extern bool operator <=(TimeSpan t1, TimeSpan t2);
        public static extern bool operator >(TimeSpan t1, TimeSpan t2);
        public static extern bool operator >=(TimeSpan t1, TimeSpan t2);
        public override extern int GetHashCode();
    }

    public struct UInt16
    {
        public const ushort MaxValue = 65535;
        public const ushort MinValue = 0;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern ushort Parse(string s);
        public static extern bool TryParse(string s, out ushort result);
    }

    public struct UInt32
    {
        public const uint MaxValue = 4294967295;
        public const uint MinValue = 0;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern uint Parse(string s);
        public static extern bool TryParse(string s, out uint result);
    }

    public struct UInt64
    {
        public const ulong MaxValue = 18446744073709551615;
        public const ulong MinValue = 0;
        public override extern string ToString();
        public extern string ToString(string format);
        public static extern ulong Parse(string s);
        public static extern bool TryParse(string s, out ulong result);
    }

    public struct UIntPtr
    {
    }

    public struct Void
    {
    }
}
