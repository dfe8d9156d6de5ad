using QRCoder;

namespace JkFleet.Server.Ui;

/// <summary>QR codes as drawings inside the page: nothing is fetched, and they stay sharp on any screen.</summary>
public static class Qr
{
  /// <summary>Dark on white in both themes, because cameras expect it.</summary>
  public static string Svg(string text)
  {
    using var generator = new QRCodeGenerator();
    using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
    using var code = new SvgQRCode(data);
    return code.GetGraphic(8, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
  }
}
