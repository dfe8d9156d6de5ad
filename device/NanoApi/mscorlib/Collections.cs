// Signatures of nanoFramework.CoreLibrary 1.17.11 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;

namespace System.Collections
{
    public class ArrayList : IList, ICollection, IEnumerable, ICloneable
    {
        public extern int Capacity { get; set; }
        public extern int Count { get; }
        public extern bool IsFixedSize { get; }
        public extern bool IsReadOnly { get; }
        public extern bool IsSynchronized { get; }
        public extern object SyncRoot { get; }
        public extern object this[int index] { get; set; }
        public extern ArrayList();
        public virtual extern int Add(object value);
        public virtual extern int BinarySearch(object value, IComparer comparer);
        public virtual extern void Clear();
        public virtual extern object Clone();
        public virtual extern bool Contains(object value);
        public virtual extern void CopyTo(Array array);
        public virtual extern void CopyTo(Array array, int index);
        public virtual extern IEnumerator GetEnumerator();
        public virtual extern int IndexOf(object value);
        public virtual extern int IndexOf(object value, int startIndex);
        public virtual extern int IndexOf(object value, int startIndex, int count);
        public virtual extern void Insert(int index, object value);
        public virtual extern void Remove(object value);
        public virtual extern void RemoveAt(int index);
        public virtual extern object[] ToArray();
        public virtual extern Array ToArray(Type type);
    }

    public interface ICollection : IEnumerable
    {
        int Count { get; }
        object SyncRoot { get; }
        bool IsSynchronized { get; }
        void CopyTo(Array array, int index);
    }

    public interface IComparer
    {
        int Compare(object x, object y);
    }

    public interface IEnumerable
    {
        IEnumerator GetEnumerator();
    }

    public interface IEnumerator
    {
        object Current { get; }
        bool MoveNext();
        void Reset();
    }

    public interface IEqualityComparer
    {
        bool Equals(object x, object y);
        int GetHashCode(object obj);
    }

    public interface IList : ICollection, IEnumerable
    {
        object this[int index] { get; set; }
        bool IsReadOnly { get; }
        bool IsFixedSize { get; }
        int Add(object value);
        bool Contains(object value);
        void Clear();
        int IndexOf(object value);
        void Insert(int index, object value);
        void Remove(object value);
        void RemoveAt(int index);
    }
}
