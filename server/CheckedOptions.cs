using Microsoft.Extensions.Options;

namespace JkFleet.Server;

/// <summary>Settings are checked at start, all mistakes at once: a server that runs has sound ones.</summary>
public static class CheckedOptions
{
  public static void AddCheckedOptions<T>(this IServiceCollection services, string section) where T : class =>
    services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();

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
}
