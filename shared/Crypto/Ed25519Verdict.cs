namespace JkFleet.Crypto
{
    /// <summary>What <see cref="Ed25519Verify"/> says of a signature; each refusal is its own.</summary>
    public enum Ed25519Verdict
    {
        /// <summary>Not finished: call <see cref="Ed25519Verify.Step"/> again.</summary>
        Running = 0,
        /// <summary>The signature is the key holder's.</summary>
        Valid = 1,
        /// <summary>S is not below the group order: a second spelling of some other signature.</summary>
        MalleableS = 2,
        /// <summary>The key is not the one spelling of its point (y not below p, or a sign on x = 0).</summary>
        KeyNotCanonical = 3,
        /// <summary>The key is no point of the curve.</summary>
        KeyNotOnCurve = 4,
        /// <summary>The key is one of the eight points under which anything would verify.</summary>
        KeySmallOrder = 5,
        /// <summary>R is not the one spelling of its point.</summary>
        RNotCanonical = 6,
        /// <summary>R is one of the eight points of small order; no honest signer makes it.</summary>
        RSmallOrder = 7,
        /// <summary>Another message, another key, or a damaged signature.</summary>
        Mismatch = 8,
    }
}
