namespace JkFleet.Agent.Host.Commands;

/// <summary>A wrong command line or file: said in one sentence on standard error, exit code 2.</summary>
internal sealed class ComplaintException(string message) : Exception(message)
{
    /// <summary>Exit code of a command that was asked wrongly.</summary>
    public const int ExitUsage = 2;

    /// <summary>The complaint that an exception is or carries.</summary>
    public static ComplaintException? In(Exception e) =>
        e as ComplaintException ?? (e as AggregateException)?.InnerExceptions.OfType<ComplaintException>().FirstOrDefault();
}
