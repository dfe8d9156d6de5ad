// Signatures of nanoFramework package nanoFramework.System.Collections 1.5.75 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;

namespace System.Collections
{
    public class DictionaryEntry
    {
        public object Key;
        public object Value;
        public extern DictionaryEntry(object key, object value);
    }

    public class Hashtable : ICloneable, IDictionary, ICollection, IEnumerable
    {
        public extern int Count { get; }
        public extern bool IsSynchronized { get; }
        public extern object SyncRoot { get; }
        public extern bool IsReadOnly { get; }
        public extern bool IsFixedSize { get; }
        public extern ICollection Keys { get; }
        public extern ICollection Values { get; }
        public extern object this[object key] { get; set; }
        public extern Hashtable();
        public extern Hashtable(int capacity);
        public extern Hashtable(int capacity, float loadFactor);
        public extern object Clone();
        public extern IEnumerator GetEnumerator();
        public extern void CopyTo(Array array, int arrayIndex);
        public extern void Add(object key, object value);
        public extern void Clear();
        public extern bool Contains(object key);
        public extern void Remove(object key);
    }

    public interface IDictionary : ICollection, IEnumerable
    {
        bool IsReadOnly { get; }
        bool IsFixedSize { get; }
        ICollection Keys { get; }
        ICollection Values { get; }
        object this[object key] { get; set; }
        void Add(object key, object value);
        void Clear();
        bool Contains(object key);
        void Remove(object key);
    }

    public interface IDictionaryEnumerator : IEnumerator
    {
        object Key { get; }
        object Value { get; }
        DictionaryEntry Entry { get; }
    }

    public class Queue : ICollection, IEnumerable, ICloneable
    {
        public extern int Count { get; }
        public extern bool IsSynchronized { get; }
        public extern object SyncRoot { get; }
        public extern Queue();
        public virtual extern object Clone();
        public virtual extern void Clear();
        public virtual extern void CopyTo(Array array, int index);
        public virtual extern void Enqueue(object obj);
        public virtual extern IEnumerator GetEnumerator();
        public virtual extern object Dequeue();
        public virtual extern object Peek();
        public virtual extern bool Contains(object obj);
        public virtual extern object[] ToArray();
    }

    public class Stack : ICollection, IEnumerable, ICloneable
    {
        public extern int Count { get; }
        public extern bool IsSynchronized { get; }
        public extern object SyncRoot { get; }
        public extern Stack();
        public virtual extern void Clear();
        public virtual extern object Clone();
        public virtual extern bool Contains(object obj);
        public virtual extern void CopyTo(Array array, int index);
        public virtual extern IEnumerator GetEnumerator();
        public virtual extern object Peek();
        public virtual extern object Pop();
        public virtual extern void Push(object obj);
        public virtual extern object[] ToArray();
    }
}
