namespace JkFleet.Contracts
{
    /// <summary>The place an artifact should go to, and the one judgement whether it may (device before download, server before offering).</summary>
    public sealed class FirmwareTarget
    {
        /// <summary>Board of the device; "" asks nothing.</summary>
        public string Board = "";

        /// <summary>Lowest version that may be installed; 0 = any.</summary>
        public long Floor;

        /// <summary>Oldest contract version that the other side speaks.</summary>
        public int OldestContract = Topics.Version;

        /// <summary>Newest contract version that the other side speaks.</summary>
        public int NewestContract = Topics.Version;

        /// <summary>Bytes that the slot can take.</summary>
        public int MostPayloadBytes = FirmwareManifest.MostPayloadBytes;

        /// <summary>Wall clock, ms since 1970 UTC; 0 = not known.</summary>
        public long UtcMs;

        /// <summary>Names of the assemblies that the board's deployment holds.</summary>
        public string[] AssemblyNames = new string[0];

        /// <summary>Their versions, in the same order (<see cref="FirmwareVersion.ParseAssembly"/>).</summary>
        public long[] AssemblyVersions = new long[0];

        /// <summary>Says why this artifact may not go there; the most permanent reason first.</summary>
        /// <param name="manifest">The manifest, its signature already checked.</param>
        public FirmwareRefusal Judge(FirmwareManifest manifest)
        {
            if (Board.Length > 0 && manifest.Board != Board) return FirmwareRefusal.WrongBoard;
            if (manifest.Contract < OldestContract || manifest.Contract > NewestContract) return FirmwareRefusal.WrongContract;
            for (int i = 0; i < manifest.AssemblyCount && AssemblyNames.Length > 0; i++)
            {
                int at = IndexOf(manifest.AssemblyNames[i]);
                if (at < 0) return FirmwareRefusal.MissingAssembly;
                // The loader asks for the same major and minor version, and the core library's is the CLR's own.
                if (!FirmwareVersion.SameMajorMinor(AssemblyVersions[at], manifest.AssemblyVersions[i])) return FirmwareRefusal.WrongClr;
            }

            if (manifest.Version < Floor) return FirmwareRefusal.Older;
            if (manifest.Size > MostPayloadBytes) return FirmwareRefusal.Oversized;
            if (manifest.ExpiresUtcMs != 0)
            {
                if (UtcMs == 0) return FirmwareRefusal.ClockUnknown;
                if (UtcMs > manifest.ExpiresUtcMs) return FirmwareRefusal.Expired;
            }

            return FirmwareRefusal.None;
        }

        private int IndexOf(string name)
        {
            for (int i = 0; i < AssemblyNames.Length; i++)
                if (AssemblyNames[i] == name) return i;
            return -1;
        }
    }
}
