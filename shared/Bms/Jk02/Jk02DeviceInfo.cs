namespace JkFleet.Bms.Jk02
{
    /// <summary>Type 03: who answers, and with that in which layout. Passcodes (62, 118) are secrets and not kept.</summary>
    public sealed class Jk02DeviceInfo
    {
        /// <summary>Offset of the software version, 8 bytes of text.</summary>
        public const int SoftwareAt = 30;

        private const int ModelAt = 6;
        private const int HardwareAt = 22;

        /// <summary>Model, e.g. <c>JK-B2A24S20P</c>; decides nothing.</summary>
        public string Model = "";

        /// <summary>Hardware version, e.g. <c>11.XA</c>.</summary>
        public string HardwareVersion = "";

        /// <summary>Software version, e.g. <c>11.48</c>.</summary>
        public string SoftwareVersion = "";

        /// <summary>Layout of this unit's cell info.</summary>
        public Jk02Layout Layout;

        /// <summary>Reads an intact device-info frame.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="offset">First byte of the frame.</param>
        /// <returns>"" or <c>unknown_version</c>: no number to choose the layout by; then nothing was changed.</returns>
        public string Load(byte[] b, int offset)
        {
            int major = Major(b, offset + SoftwareAt, 8);
            if (major < 0) return "unknown_version";
            Layout = major >= 11 ? Jk02Layout.S32 : Jk02Layout.S24;
            Model = Bytes.Text(Model, b, offset + ModelAt, 16);
            HardwareVersion = Bytes.Text(HardwareVersion, b, offset + HardwareAt, 8);
            SoftwareVersion = Bytes.Text(SoftwareVersion, b, offset + SoftwareAt, 8);
            return "";
        }

        /// <summary>Number in front of the first point of a version text.</summary>
        /// <param name="b">Buffer.</param>
        /// <param name="at">First byte.</param>
        /// <param name="width">Width of the field.</param>
        /// <returns>-1 when the text does not start with one or two digits.</returns>
        public static int Major(byte[] b, int at, int width)
        {
            int major = 0;
            int digits = 0;
            while (digits < width && b[at + digits] >= '0' && b[at + digits] <= '9' && digits < 3)
            {
                major = (major * 10) + b[at + digits] - '0';
                digits++;
            }

            return digits == 0 || digits > 2 ? -1 : major;
        }
    }
}
