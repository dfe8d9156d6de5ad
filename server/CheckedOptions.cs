namespace JkFleet.Server;

/// <summary>Settings are checked at start, all mistakes at once: a server that runs has sound ones.</summary>
public static class CheckedOptions
{
  public static void AddCheckedOptions<T>(this IServiceCollection services, string section) where T : class =>
    services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
}
