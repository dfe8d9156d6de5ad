// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.
// These few were transcribed by hand: explicit interfaces, and reflection cut down to what a loader of a .pe needs.
using System.Collections;
using System.Reflection;

namespace System
{
    public abstract class Array : ICloneable, IList, ICollection, IEnumerable
    {
        public extern int Length { get; }
        public extern object SyncRoot { get; }
        public extern bool IsReadOnly { get; }
        public extern bool IsFixedSize { get; }
        public extern bool IsSynchronized { get; }
        extern int ICollection.Count { get; }
        extern object IList.this[int index] { get; set; }
        public static extern Array CreateInstance(Type elementType, int length);
        public static extern void Copy(Array sourceArray, Array destinationArray, int length);
        public static extern void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length);
        public static extern void Clear(Array array, int index, int length);
        public extern object GetValue(int index);
        public extern object Clone();
        public static extern int BinarySearch(Array array, object value, IComparer comparer);
        public static extern int BinarySearch(Array array, int index, int length, object value, IComparer comparer);
        public extern void CopyTo(Array array, int index);
        public extern IEnumerator GetEnumerator();
        public static extern int IndexOf(Array array, object value);
        public static extern int IndexOf(Array array, object value, int startIndex);
        public static extern int IndexOf(Array array, object value, int startIndex, int count);
        protected extern Array();
        extern int IList.Add(object value);
        extern bool IList.Contains(object value);
        extern void IList.Clear();
        extern int IList.IndexOf(object value);
        extern void IList.Insert(int index, object value);
        extern void IList.Remove(object value);
        extern void IList.RemoveAt(int index);
    }

    public abstract class Type : MemberInfo
    {
        public extern Assembly Assembly { get; }
        public extern string FullName { get; }
        public extern bool IsArray { get; }
        public static extern Type GetType(string typeName);
        public static extern Type GetTypeFromHandle(RuntimeTypeHandle handle);
        public extern ConstructorInfo GetConstructor(Type[] types);
        public extern MethodInfo GetMethod(string name, Type[] types);
        public extern MethodInfo GetMethod(string name);
        public abstract Type GetElementType();
        public virtual extern bool IsInstanceOfType(object o);
        protected extern Type();
    }
}

namespace System.Reflection
{
    public abstract class MemberInfo
    {
        public extern string Name { get; }
        protected extern MemberInfo();
    }

    public abstract class MethodBase : MemberInfo
    {
        public extern bool IsStatic { get; }
        public extern object Invoke(object obj, object[] parameters);
        protected extern MethodBase();
    }

    public abstract class MethodInfo : MethodBase
    {
        public extern Type ReturnType { get; }
        protected extern MethodInfo();
    }

    public abstract class ConstructorInfo : MethodBase
    {
        public extern object Invoke(object[] parameters);
        protected extern ConstructorInfo();
    }
}

namespace System.IO
{
    public class IOException : SystemException
    {
        public extern IOExceptionErrorCode ErrorCode { get; }
        public extern IOException();
        public extern IOException(string message);
        public extern IOException(string message, int hresult);
        public extern IOException(string message, Exception innerException);

        public enum IOExceptionErrorCode
        {
            Others = -536870912,
            InvalidDriver = -520093696,
            FileNotFound = -503316480,
            DirectoryNotFound = -486539264,
            VolumeNotFound = -469762048,
            PathTooLong = -452984832,
            DirectoryNotEmpty = -436207616,
            UnauthorizedAccess = -419430400,
            PathAlreadyExists = -402653184,
            TooManyOpenHandles = -385875968,
        }
    }
}
