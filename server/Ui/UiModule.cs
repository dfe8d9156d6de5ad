// Everything the pages need from the host: Blazor on circuits, MudBlazor, the headers that keep foreign scripts out.
using Microsoft.AspNetCore.Diagnostics;
using MudBlazor.Services;

namespace JkFleet.Server.Ui;

/// <summary>Adds and maps the pages.</summary>
public static class UiModule
{
  // Styles may be inline because MudBlazor positions popovers that way; scripts may not.
  private const string ContentSecurityPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

  private static readonly PathString[] Programs = ["/api", "/healthz", "/metrics", "/_blazor", "/_framework", "/_content"];

  /// <summary>Registers Blazor and MudBlazor.</summary>
  public static WebApplicationBuilder AddUi(this WebApplicationBuilder builder)
  {
    var services = builder.Services;
    services.AddRazorComponents().AddInteractiveServerComponents();
    services.AddCascadingAuthenticationState();
    services.AddMudServices(options =>
    {
      options.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.TopCenter;
      options.SnackbarConfiguration.PreventDuplicates = true;
      options.SnackbarConfiguration.VisibleStateDuration = 5000;
    });
    services.AddSingleton<Devices.FleetBoard>();
    services.AddSingleton<Devices.ReportedList>();
    return builder;
  }

  /// <summary>Sends the security headers with every answer; stands before everything that answers.</summary>
  public static WebApplication UseUiHeaders(this WebApplication app)
  {
    app.Use((context, next) =>
    {
      var headers = context.Response.Headers;
      headers.ContentSecurityPolicy = ContentSecurityPolicy;
      headers.XContentTypeOptions = "nosniff";
      headers["Referrer-Policy"] = "same-origin";
      return next(context);
    });
    // A person who is nowhere gets a page with the right status; a program gets the bare one.
    app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
    app.Use((context, next) =>
    {
      if (!HttpMethods.IsGet(context.Request.Method) || Programs.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
        context.Features.Get<IStatusCodePagesFeature>()!.Enabled = false;
      return next(context);
    });
    return app;
  }

  /// <summary>Maps static files and all pages. Needs authentication, authorization and antiforgery before it.</summary>
  public static WebApplication MapUi(this WebApplication app)
  {
    app.MapStaticAssets().AllowAnonymous();
    // The rule of the circuit's own addresses, and of a page that names none.
    app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'")
      .RequireAuthorization(Accounts.Rules.See);
    return app;
  }
}
