namespace JkFleet.Agent.Network
{
    /// <summary>Why a claim failed before a server could refuse it. Stable names beside those of <see cref="Contracts.ClaimRefusal"/>; the portal has words for both.</summary>
    public static class ClaimFault
    {
        /// <summary>What was given is no web address.</summary>
        public const string BadAddress = "bad_address";

        /// <summary>Nobody answers there.</summary>
        public const string Unreachable = "unreachable";

        /// <summary>The name of the server leads nowhere.</summary>
        public const string UnknownHost = "unknown_host";

        /// <summary>The server's certificate is not trusted here.</summary>
        public const string Untrusted = "untrusted";

        /// <summary>The server took too long.</summary>
        public const string NoAnswer = "no_answer";

        /// <summary>There was an answer, but none of a JkFleet server.</summary>
        public const string OtherServer = "other_server";

        /// <summary>Key or enrolment could not be saved.</summary>
        public const string Store = "store";

        /// <summary>TLS is asked for, and this board knows no certificate authority.</summary>
        public const string NoAuthority = "no_authority";
    }
}
