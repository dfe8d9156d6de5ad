namespace JkFleet.Contracts
{
    /// <summary>
    /// Why the server refuses a claim, for machines: a device says it in its own language. Numbers and names are contract (they travel
    /// as <c>refusal</c>); only append. Which of its faults a code has is not said: that would help whoever guesses.
    /// </summary>
    public enum ClaimRefusal
    {
        /// <summary>Not refused.</summary>
        None = 0,
        /// <summary>The code is mistyped, used up, expired or withdrawn.</summary>
        WrongCode = 1,
        /// <summary>Too many wrong codes came from this address; it is not listened to for up to a minute.</summary>
        TooManyTries = 2,
        /// <summary>The request itself has not the form of this contract: no fault of whoever typed the code.</summary>
        BadRequest = 3,
    }

    /// <summary>Stable names of <see cref="ClaimRefusal"/>.</summary>
    public static class ClaimRefusalNames
    {
        /// <summary>One more than the highest number in use.</summary>
        public const int Count = 4;

        /// <summary>Name of a refusal, part of the contract.</summary>
        /// <param name="refusal">The refusal.</param>
        public static string Of(ClaimRefusal refusal)
        {
            switch (refusal)
            {
                case ClaimRefusal.None: return "none";
                case ClaimRefusal.WrongCode: return "wrong_code";
                case ClaimRefusal.TooManyTries: return "too_many_tries";
                default: return "bad_request";
            }
        }
    }
}
