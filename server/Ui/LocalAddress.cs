namespace JkFleet.Server.Ui;

/// <summary>Where to go after signing in: only addresses of this server, so that a link cannot lead people elsewhere.</summary>
public static class LocalAddress
{
  /// <summary>The wished address if it is local, else the fleet.</summary>
  public static string Of(string? wished)
  {
    if (string.IsNullOrEmpty(wished) || wished[0] != '/' || wished.Any(char.IsControl)) return "/";
    // "//host" and "/\host" are addresses of another host to a browser.
    return wished.Length > 1 && (wished[1] is '/' or '\\') ? "/" : wished;
  }
}
