using System.Buffers.Binary;

namespace JkFleet.Server.Tests.Fixtures;

/// <summary>Reads the binary columns of the history endpoint, as the browser does.</summary>
public sealed record Columns(double[] X, float[][] Y)
{
  public static Columns Read(byte[] bytes)
  {
    var metrics = BinaryPrimitives.ReadInt32LittleEndian(bytes);
    var points = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4));
    var x = new double[points];
    for (var i = 0; i < points; i++) x[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 + (i * 8)));
    var y = new float[metrics][];
    for (var m = 0; m < metrics; m++)
    {
      y[m] = new float[points];
      for (var i = 0; i < points; i++) y[m][i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(8 + (points * 8) + (((m * points) + i) * 4)));
    }

    return new Columns(x, y);
  }
}
