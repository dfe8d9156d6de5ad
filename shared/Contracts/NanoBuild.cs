namespace JkFleet.Contracts
{
    /// <summary>
    /// A build for nanoFramework boards against its manifest and a runtime line, judged where the whole file is at hand: when it is
    /// signed, checked by hand, and taken into a server. The board itself judges the manifest alone (<see cref="FirmwareTarget"/>).
    /// </summary>
    public static class NanoBuild
    {
        /// <summary>Boards whose builds are nano assemblies begin so.</summary>
        public const string BoardPrefix = "esp32";

        /// <summary>The runtime line that our boards are flashed with, major.minor.</summary>
        public const string Clr = "1.17";

        /// <summary>Is this board one of them?</summary>
        /// <param name="board">Its name.</param>
        public static bool IsFor(string board)
        {
            return board.StartsWith(BoardPrefix);
        }

        /// <summary>Judges a payload.</summary>
        /// <param name="payload">The assemblies, from index 0.</param>
        /// <param name="count">Their length.</param>
        /// <param name="manifest">What was signed with them.</param>
        /// <returns>BadImage: no assemblies, or others than the manifest says they need. WrongClr: they are for another runtime.</returns>
        public static FirmwareRefusal Judge(byte[] payload, int count, FirmwareManifest manifest)
        {
            NanoImage image = new NanoImage();
            if (!image.TryRead(payload, count) || image.NeedCount != manifest.AssemblyCount) return FirmwareRefusal.BadImage;
            int core = -1;
            for (int i = 0; i < image.NeedCount; i++)
            {
                if (image.NeedNames[i] != manifest.AssemblyNames[i] || image.NeedVersions[i] != manifest.AssemblyVersions[i]) return FirmwareRefusal.BadImage;
                if (image.NeedNames[i] == "mscorlib") core = i;
            }

            if (core < 0) return FirmwareRefusal.BadImage;
            return FirmwareVersion.SameMajorMinor(image.NeedVersions[core], FirmwareVersion.ParseAssembly(Clr + ".0.0")) ? FirmwareRefusal.None : FirmwareRefusal.WrongClr;
        }
    }
}
