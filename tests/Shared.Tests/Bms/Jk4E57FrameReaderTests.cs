// The framer against every real answer: cut anywhere, behind noise, with any bit flipped.
using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;
using JkFleet.Tests;
using Xunit;

namespace JkFleet.Shared.Tests.Bms;

public class Jk4E57FrameReaderTests
{
    private static readonly IReadOnlyList<Vector> All = VectorFolder.Load("jk-4e57");

    // The two bytes in front of the sum are an unused CRC: nothing covers them and nothing reads them.
    private const int UncoveredFromEnd = 4;

    public static TheoryData<string> RealAnswers()
    {
        var data = new TheoryData<string>();
        foreach (var vector in Answers()) data.Add(vector.Name);
        return data;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealAnswers))]
    public void Frame_cut_at_any_byte_arrives_whole(string name)
    {
        var frame = Frame(name);
        for (var cut = 0; cut <= frame.Length; cut++)
        {
            var link = new Stream();
            link.Feed(frame.AsSpan(0, cut));
            Assert.Equal(cut == frame.Length ? 1 : 0, link.Frames.Count);
            link.Feed(frame.AsSpan(cut));
            Assert.Equal(frame, Assert.Single(link.Frames));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealAnswers))]
    public void Frame_cut_short_is_never_accepted_and_does_not_hurt_the_next(string name)
    {
        var frame = Frame(name);
        for (var cut = 1; cut < frame.Length; cut++)
        {
            var link = new Stream();
            link.Feed(frame.AsSpan(0, cut));
            link.Silence();
            Assert.Empty(link.Frames);
            link.Feed(frame);
            Assert.Equal(frame, Assert.Single(link.Frames));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealAnswers))]
    public void Frame_behind_noise_is_found(string name)
    {
        var frame = Frame(name);
        var random = new Random(7);
        byte[][] noises =
        [
            [0x4E], [0x4E, 0x4E], [0x57], [0x4E, 0x57], [0x4E, 0x57, 0xFF, 0xFF], [0x4E, 0x57, 0x00, 0x13], [0x4E, 0x57, 0x02, 0x00],
            [0x0D, 0x0A], Convert.FromHexString("4E5700130000000006030000000000006800000129"), new byte[600],
        ];
        foreach (var noise in noises) Assert.True(Found(noise, frame), Convert.ToHexString(noise));
        for (var i = 0; i < 50; i++)
        {
            var noise = new byte[random.Next(700)];
            random.NextBytes(noise);
            Assert.True(Found(noise, frame), Convert.ToHexString(noise));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealAnswers))]
    public void Any_flipped_bit_that_the_sum_covers_is_seen(string name)
    {
        var frame = Frame(name);
        for (var bit = 0; bit < frame.Length * 8; bit++)
        {
            var damaged = (byte[])frame.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var link = new Stream();
            link.Feed(damaged);
            link.Silence();
            // One flipped bit changes the 16-bit sum by a power of two, so the sum sees every bit that it covers.
            var uncovered = bit / 8 >= frame.Length - UncoveredFromEnd && bit / 8 < frame.Length - 2;
            Assert.Equal(uncovered ? 1 : 0, link.Frames.Count);
        }
    }

    [Fact]
    public void Joined_frames_come_one_after_the_other()
    {
        var image = new Jk4E57Image();
        var one = Encode(image);
        image.CellCount = 32;
        var two = Encode(image);
        var link = new Stream();

        link.Feed([.. one, .. two, .. one]);

        Assert.Equal([one, two, one], link.Frames);
        Assert.Equal(0, link.Counters.SkippedBytes);
    }

    [Fact]
    public void False_start_with_a_large_length_does_not_hide_the_frame_behind_it()
    {
        var frame = Encode(new Jk4E57Image());
        var link = new Stream();

        link.Feed([0x4E, 0x57, 0x01, 0xFF, .. frame]);
        Assert.Empty(link.Frames);
        link.Silence();

        Assert.Equal(frame, Assert.Single(link.Frames));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(18)]
    [InlineData(513)]
    [InlineData(65535)]
    public void Length_that_no_frame_has_is_not_waited_for(int len)
    {
        var frame = Encode(new Jk4E57Image());
        var link = new Stream();

        link.Feed([0x4E, 0x57, (byte)(len >> 8), (byte)len, .. frame]);

        Assert.Equal(frame, Assert.Single(link.Frames));
    }

    internal static byte[] Encode(Jk4E57Image image)
    {
        var buffer = new byte[Jk4E57Frame.MaxBytes];
        return buffer[..Jk4E57Encoder.Answer(image, buffer)];
    }

    internal static IEnumerable<Vector> Answers() =>
        All.Where(v => v.Class == "real" && !v.IsRefusal && v.Expected.TryGetProperty("cells_mv", out _));

    internal static byte[] Frame(string name) => Answers().Single(v => v.Name == name).Bytes;

    private static bool Found(byte[] noise, byte[] frame)
    {
        var link = new Stream();
        link.Feed(noise);
        link.Feed(frame);
        link.Silence();
        return link.Frames.Any(f => f.AsSpan().SequenceEqual(frame));
    }

    private sealed class Stream
    {
        private readonly Jk4E57FrameReader _reader;
        private long _now = 1000;

        public Stream() => _reader = new Jk4E57FrameReader(Counters);

        public BmsLinkCounters Counters { get; } = new();

        public List<byte[]> Frames { get; } = [];

        public void Feed(ReadOnlySpan<byte> bytes)
        {
            var buffer = bytes.ToArray();
            for (var at = 0; at < buffer.Length;)
            {
                at += _reader.Take(buffer, at, buffer.Length - at, _now);
                Collect();
            }
        }

        public void Silence()
        {
            _now += Jk4E57FrameReader.GapMs;
            while (_reader.GiveUpHalf(_now)) Collect();
        }

        private void Collect()
        {
            while (_reader.Next()) Frames.Add(_reader.Buffer.AsSpan(_reader.FrameOffset, _reader.FrameCount).ToArray());
        }
    }
}
