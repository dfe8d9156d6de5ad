using System.Threading.RateLimiting;
using JkFleet.Server.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;

namespace JkFleet.Server.Accounts;

/// <summary>People: sign-in by cookie, rights by grants, a first administrator, invitations.</summary>
public static class AccountsModule
{
  /// <summary>Where a secret is typed.</summary>
  private static readonly PathString[] Guessable = ["/account", "/setup", "/invitation"];

  public static WebApplicationBuilder AddAccounts(this WebApplicationBuilder builder)
  {
    var services = builder.Services;
    services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
    services.AddIdentityCore<Account>(options =>
      {
        options.User.RequireUniqueEmail = true;
        options.Password.RequiredLength = 10;
        options.Password.RequireNonAlphanumeric = false;
        options.Password.RequireUppercase = false;
        options.Password.RequireDigit = false;
        options.Lockout.MaxFailedAccessAttempts = 8;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
      })
      .AddEntityFrameworkStores<FleetDb>()
      .AddSignInManager()
      .AddClaimsPrincipalFactory<GrantClaims>()
      .AddDefaultTokenProviders();
    services.ConfigureApplicationCookie(cookie =>
    {
      cookie.Cookie.Name = "jkfleet";
      cookie.Cookie.SameSite = SameSiteMode.Lax;
      cookie.LoginPath = "/account/sign-in";
      cookie.AccessDeniedPath = "/account/denied";
      cookie.ReturnUrlParameter = "returnUrl";
      // A program that asks for data is told so; only a person is shown the way.
      cookie.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
      cookie.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);
      cookie.ExpireTimeSpan = TimeSpan.FromDays(14);
    });
    // What carries no rule of its own is for nobody.
    services.AddAuthorizationBuilder()
      .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build())
      .AddPolicy(Rules.See, rule => rule.AddRequirements(new RoleRequirement(Role.Viewer, AtDevice: false)))
      .AddPolicy(Rules.Install, rule => rule.AddRequirements(new RoleRequirement(Role.Installer, AtDevice: false)))
      .AddPolicy(Rules.Operate, rule => rule.AddRequirements(new RoleRequirement(Role.Operator, AtDevice: false)))
      .AddPolicy(Rules.Administer, rule => rule.AddRequirements(new RoleRequirement(Role.Administrator, AtDevice: false)))
      .AddPolicy(Rules.SeeDevice, rule => rule.AddRequirements(new RoleRequirement(Role.Viewer, AtDevice: true)));
    services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.FromMinutes(1));
    services.AddScoped<AuthenticationStateProvider, RevalidatingAccounts>();
    services.AddSingleton<ActivityLog>();
    services.AddSingleton<People>();
    services.AddSingleton<Invitations>();
    services.AddSingleton<FirstAdministrator>();
    services.AddHostedService(provider => provider.GetRequiredService<FirstAdministrator>());
    services.AddRateLimiter(limits =>
    {
      limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
      // Guessing costs time; reading pages does not. Per address, because an account is locked by Identity itself.
      limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        HttpMethods.IsPost(context.Request.Method) && Guessable.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))
          ? RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = 30, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 })
          : context.Request.Path.StartsWithSegments("/api/v1/claims", StringComparison.OrdinalIgnoreCase)
            // A code may be for a thousand devices behind one address; wrong ones have their own, lower limit.
            ? RateLimitPartition.GetFixedWindowLimiter(
              "claims " + context.Connection.RemoteIpAddress,
              _ => new FixedWindowRateLimiterOptions { PermitLimit = 1200, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 })
            : RateLimitPartition.GetNoLimiter(""));
    });
    services.AddHttpContextAccessor();
    services.AddSingleton<IAuthorizationHandler, RoleHandler>();
    return builder;
  }

  private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
  {
    if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)) context.Response.StatusCode = status;
    else context.Response.Redirect(context.RedirectUri);
    return Task.CompletedTask;
  }
}
