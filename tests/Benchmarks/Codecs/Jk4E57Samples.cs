using JkFleet.Bms;
using JkFleet.Bms.Jk4E57;

namespace JkFleet.Benchmarks.Codecs;

/// <summary>Byte-exact answers of a 4E57 BMS.</summary>
internal static class Jk4E57Samples
{
    /// <summary>The answer to "read all" for a pack; returns its length.</summary>
    public static int Answer(BmsSnapshot pack, byte[] into)
    {
        var image = new Jk4E57Image();
        image.Fill(pack);
        return Jk4E57Encoder.Answer(image, into);
    }
}
