using System.Text;
using JkFleet.Contracts;
using JkFleet.Limits;
using JkFleet.Server.Rollouts;

namespace JkFleet.Server.Devices;

/// <summary>A device's desired row as the message that the device reads.</summary>
public sealed class DesiredMail(FirmwareLinks links)
{
  /// <summary>The message. Version 0 (nothing was ever wished) has none.</summary>
  public byte[]? Write(DesiredRow row)
  {
    if (row.Version == 0) return null;
    var desired = new Desired { Version = row.Version };
    if (row.ProfileContent is { } content)
    {
      var bytes = Encoding.UTF8.GetBytes(content);
      desired.HasProfile = true;
      var codec = new ProfileCodec();
      if (!codec.TryRead(bytes, 0, bytes.Length, desired.Profile))
        throw new InvalidOperationException($"The stored profile of {row.DeviceId} cannot be read: {codec.RefusedField} {codec.Refusal}");
      if (row.UtcOffsetMin is { } offset) desired.Profile.Number[ProfileField.UtcOffsetMin] = offset;
    }

    if (row is { FirmwareVersion: { } version, FirmwareSha256: { } sha256 })
    {
      desired.HasFirmware = true;
      desired.Firmware.Name = $"agent-{version}.jkfw";
      desired.Firmware.Version = version;
      desired.Firmware.Sha256 = sha256;
      desired.Firmware.Size = (int)row.FirmwareSize;
      desired.Firmware.Url = links.For(row.DeviceId, sha256);
    }

    var writer = new MessageWriter(new byte[DesiredCodec.MaxBytes]);
    if (!new DesiredCodec().Write(desired, writer)) throw new InvalidOperationException($"The desired state of {row.DeviceId} does not fit a message.");
    return writer.Buffer.AsSpan(0, writer.Count).ToArray();
  }
}
