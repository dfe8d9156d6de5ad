namespace JkFleet.Server.Broker;

/// <summary>
/// Tells whether (boot, seq) of a device has come before. Exact for the newest <see cref="Span"/> numbers of the newest
/// boots; what is older (a long backlog) is known by a small ring, which is more than can be unacknowledged at a time.
/// Not thread-safe.
/// </summary>
public sealed class SeqWindow
{
  public const int Span = 2048;
  private const int Boots = 4;
  private const int RingSize = 32;

  /// <summary>Newest use first.</summary>
  private readonly List<Boot> _boots = new(Boots);

  private readonly (long Boot, long Seq)[] _ring = new (long, long)[RingSize];
  private int _ringAt;

  /// <summary>Marks a message; false when it was marked already.</summary>
  public bool TryAdd(long boot, long seq)
  {
    var window = WindowOf(boot);
    if (window.Covers(seq)) return window.TryAdd(seq);
    if (Array.IndexOf(_ring, (boot, seq)) >= 0) return false;
    _ring[_ringAt++ % RingSize] = (boot, seq);
    return true;
  }

  /// <summary>Takes a mark back: the message could not be stored and will come again.</summary>
  public void Forget(long boot, long seq)
  {
    foreach (var window in _boots)
      if (window.Id == boot && window.Covers(seq)) window.Remove(seq);
    var at = Array.IndexOf(_ring, (boot, seq));
    if (at >= 0) _ring[at] = default;
  }

  private Boot WindowOf(long boot)
  {
    if (_boots.Count > 0 && _boots[0].Id == boot) return _boots[0];
    var at = _boots.FindIndex(b => b.Id == boot);
    var window = at >= 0 ? _boots[at] : new Boot(boot);
    if (at >= 0) _boots.RemoveAt(at);
    else if (_boots.Count == Boots) _boots.RemoveAt(Boots - 1);
    _boots.Insert(0, window);
    return window;
  }

  private sealed class Boot(long id)
  {
    private readonly ulong[] _bits = new ulong[Span / 64];
    private long _top;

    public long Id { get; } = id;

    public bool Covers(long seq) => seq > _top - Span;

    public bool TryAdd(long seq)
    {
      if (seq <= _top)
      {
        if ((_bits[Word(seq)] >> (int)(seq & 63) & 1) != 0) return false;
      }
      else
      {
        if (seq - _top >= Span) Array.Clear(_bits);
        else for (var n = _top + 1; n < seq; n++) Remove(n);
        _top = seq;
      }

      _bits[Word(seq)] |= 1UL << (int)(seq & 63);
      return true;
    }

    public void Remove(long seq) => _bits[Word(seq)] &= ~(1UL << (int)(seq & 63));

    private static int Word(long seq) => (int)((ulong)seq / 64 % (Span / 64));
  }
}
