namespace JkFleet.Server;

/// <summary>Why a command did nothing, so that a person can act on it.</summary>
/// <param name="Text">A sentence.</param>
/// <param name="Field">Which input, when it was one.</param>
/// <param name="Name">Stable name of the reason where a machine acts on it.</param>
public sealed record Refusal(string Text, string? Field = null, string? Name = null);

/// <summary>What came of a command: either its value or at least one refusal.</summary>
public sealed class Outcome<T>
{
  private Outcome(T? value, IReadOnlyList<Refusal> refusals)
  {
    Value = value;
    Refusals = refusals;
  }

  public T? Value { get; }
  public IReadOnlyList<Refusal> Refusals { get; }
  public bool Done => Refusals.Count == 0;

  /// <summary>All refusals as one text.</summary>
  public string Why => string.Join(' ', Refusals.Select(r => r.Text));

#pragma warning disable CA1000 // Implicit conversions cannot name a reason; these read well at the call.
  public static Outcome<T> Of(T value) => new(value, []);

  public static Outcome<T> Refused(string text, string? field = null) => new(default, [new Refusal(text, field)]);

  public static Outcome<T> Refused(IReadOnlyList<Refusal> refusals) => new(default, refusals);

  /// <summary>The person may not do this.</summary>
  public static Outcome<T> NotAllowed() => Refused("Your role does not allow this.");
#pragma warning restore CA1000
}

/// <summary>
/// Marks an operator's action with the least role that may do it: registered by itself, called with the person as first
/// argument, and checked for that by a test. Where a site is concerned the command asks again for the role there.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CommandAttribute(Accounts.Role role) : Attribute
{
  public Accounts.Role Role { get; } = role;
}

/// <summary>Registers every command of this assembly.</summary>
public static class Commands
{
  public static IEnumerable<Type> All =>
    typeof(Commands).Assembly.GetTypes().Where(t => t.IsDefined(typeof(CommandAttribute), inherit: false));

  public static WebApplicationBuilder AddCommands(this WebApplicationBuilder builder)
  {
    foreach (var command in All) builder.Services.AddSingleton(command);
    return builder;
  }
}
