namespace JkFleet.Contracts
{
    /// <summary>
    /// Versions as numbers, so that they compare with a comparison: <c>1.2.3</c> of an agent is
    /// 1 * 2^32 + 2 * 2^16 + 3; a nano assembly's four parts take 16 bits each.
    /// </summary>
    public static class FirmwareVersion
    {
        /// <summary>No version: the text was none.</summary>
        public const long None = -1;

        /// <summary>Reads <c>major.minor.patch</c>, each 0..65535, no sign, no leading zeros, nothing else.</summary>
        /// <param name="text">The candidate; null gives <see cref="None"/>.</param>
        public static long Parse(string? text)
        {
            return ParseParts(text, 3);
        }

        /// <summary>Reads the four parts of an assembly version, each 0..32767 for the first (the packed number stays positive).</summary>
        /// <param name="text">The candidate; null gives <see cref="None"/>.</param>
        public static long ParseAssembly(string? text)
        {
            return ParseParts(text, 4);
        }

        /// <summary>Spells an agent version.</summary>
        /// <param name="version">The number; negative gives "".</param>
        public static string Text(long version)
        {
            if (version < 0) return "";
            return (version >> 32).ToString() + "." + ((version >> 16) & 0xFFFF).ToString() + "." + (version & 0xFFFF).ToString();
        }

        /// <summary>Spells an assembly version.</summary>
        /// <param name="version">The number; negative gives "".</param>
        public static string AssemblyText(long version)
        {
            if (version < 0) return "";
            return Text(version >> 16) + "." + (version & 0xFFFF).ToString();
        }

        /// <summary>True when two assembly versions agree in major and minor, which is what the board's loader asks.</summary>
        public static bool SameMajorMinor(long a, long b)
        {
            return a >> 32 == b >> 32;
        }

        private static long ParseParts(string? text, int parts)
        {
            if (text == null || text.Length == 0 || text.Length > 23) return None;
            long version = 0;
            int part = -1;
            int seen = 0;
            for (int i = 0; i <= text.Length; i++)
            {
                char c = i < text.Length ? text[i] : '.';
                if (c == '.')
                {
                    if (part < 0 || ++seen > parts) return None;
                    if (seen == 1 && parts == 4 && part > 32767) return None;
                    version = (version << 16) | (long)part;
                    part = -1;
                }
                else
                {
                    if (c < '0' || c > '9' || part == 0) return None;
                    part = ((part < 0 ? 0 : part) * 10) + (c - '0');
                    if (part > 65535) return None;
                }
            }

            return seen == parts ? version : None;
        }
    }
}
