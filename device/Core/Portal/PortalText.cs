namespace JkFleet.Agent.Portal
{
    /// <summary>
    /// The language of the one who looks. Every text stands in both languages where it is used, so none can be forgotten, and as
    /// literals in the code they cost the board no RAM.
    /// </summary>
    public sealed class PortalText
    {
        /// <summary>Spanish; otherwise English.</summary>
        public bool Spanish { get; set; }

        /// <summary>The text in that language.</summary>
        /// <param name="english">In English.</param>
        /// <param name="spanish">In Spanish.</param>
        public string Of(string english, string spanish)
        {
            return Spanish ? spanish : english;
        }
    }
}
