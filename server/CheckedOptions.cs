using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace JkFleet.Server;

/// <summary>Settings are checked at start, all mistakes at once: a server that runs has sound ones.</summary>
public static class CheckedOptions
{
  public static void AddCheckedOptions<T>(this IServiceCollection services, string section) where T : class
  {
    services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
    services.AddSingleton<IValidateOptions<T>>(new AllMistakes<T>(section));
  }

  /// <summary>Checks every class of settings now, before a service is made that needs them.</summary>
  /// <exception cref="OptionsValidationException">Some are wrong; every mistake is listed, over all classes.</exception>
  public static WebApplication CheckSettings(this WebApplication app)
  {
    try
    {
      app.Services.GetRequiredService<IStartupValidator>().Validate();
    }
    catch (AggregateException several)
    {
      var failures = several.InnerExceptions.OfType<OptionsValidationException>().SelectMany(e => e.Failures).ToArray();
      throw new OptionsValidationException("settings", typeof(object), failures);
    }

    return app;
  }

  /// <summary>The framework's own check stops at the first kind of mistake; this one names all of them by their keys.</summary>
  private sealed class AllMistakes<T>(string section) : IValidateOptions<T> where T : class
  {
    public ValidateOptionsResult Validate(string? name, T options)
    {
      var context = new ValidationContext(options);
      var found = new List<ValidationResult>();
      Validator.TryValidateObject(options, context, found, validateAllProperties: true);
      if (options is IValidatableObject judge)
        foreach (var mistake in judge.Validate(context))
          if (!found.Exists(f => f.ErrorMessage == mistake.ErrorMessage)) found.Add(mistake);
      return found.Count == 0
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(found.Select(f => f.MemberNames.Any() ? $"{section}:{string.Join(", ", f.MemberNames)}: {f.ErrorMessage}" : f.ErrorMessage!));
    }
  }
}
