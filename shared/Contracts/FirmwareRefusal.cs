namespace JkFleet.Contracts
{
    /// <summary>Why an artifact is not taken. Numbers and names are contract (they travel as <c>update_reason</c>); only append.</summary>
    public enum FirmwareRefusal
    {
        /// <summary>Not refused.</summary>
        None = 0,
        /// <summary>Not a .jkfw file at all.</summary>
        NotFirmware = 1,
        /// <summary>A container format newer than this build knows.</summary>
        UnknownFormat = 2,
        /// <summary>Ends before it should.</summary>
        Truncated = 3,
        /// <summary>Larger than the bounds of the format or of the place it should go to.</summary>
        Oversized = 4,
        /// <summary>The manifest contradicts itself or its form.</summary>
        BadManifest = 5,
        /// <summary>Bytes follow after the payload.</summary>
        TrailingBytes = 6,
        /// <summary>Signed by a key that is not pinned here.</summary>
        WrongKey = 7,
        /// <summary>The signature does not hold.</summary>
        BadSignature = 8,
        /// <summary>Built for another board.</summary>
        WrongBoard = 9,
        /// <summary>Speaks a contract version that the other side does not.</summary>
        WrongContract = 10,
        /// <summary>Its time to be installed is over.</summary>
        Expired = 11,
        /// <summary>It expires, and the device does not know the time.</summary>
        ClockUnknown = 12,
        /// <summary>Below the lowest version that may run here (anti-rollback).</summary>
        Older = 13,
        /// <summary>The payload is not the one that was signed.</summary>
        WrongHash = 14,
        /// <summary>Needs a runtime library of another version than the board has.</summary>
        WrongClr = 15,
        /// <summary>Needs an assembly that the board does not have.</summary>
        MissingAssembly = 16,
        /// <summary>A .pe inside is damaged or of another format.</summary>
        BadImage = 17,
    }

    /// <summary>Stable names of <see cref="FirmwareRefusal"/>.</summary>
    public static class FirmwareRefusalNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 18;

        /// <summary>Name of a refusal, part of the contract.</summary>
        /// <param name="refusal">The refusal.</param>
        public static string Of(FirmwareRefusal refusal)
        {
            switch (refusal)
            {
                case FirmwareRefusal.None: return "none";
                case FirmwareRefusal.NotFirmware: return "not_firmware";
                case FirmwareRefusal.UnknownFormat: return "unknown_format";
                case FirmwareRefusal.Truncated: return "truncated";
                case FirmwareRefusal.Oversized: return "oversized";
                case FirmwareRefusal.BadManifest: return "bad_manifest";
                case FirmwareRefusal.TrailingBytes: return "trailing_bytes";
                case FirmwareRefusal.WrongKey: return "wrong_key";
                case FirmwareRefusal.BadSignature: return "bad_signature";
                case FirmwareRefusal.WrongBoard: return "wrong_board";
                case FirmwareRefusal.WrongContract: return "wrong_contract";
                case FirmwareRefusal.Expired: return "expired";
                case FirmwareRefusal.ClockUnknown: return "clock_unknown";
                case FirmwareRefusal.Older: return "older";
                case FirmwareRefusal.WrongHash: return "wrong_hash";
                case FirmwareRefusal.WrongClr: return "wrong_clr";
                case FirmwareRefusal.MissingAssembly: return "missing_assembly";
                default: return "bad_image";
            }
        }
    }
}
