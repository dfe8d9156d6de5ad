using System.Security.Claims;
using JkFleet.Limits;
using JkFleet.Server.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JkFleet.Server.Profiles;

/// <summary>A revision to save; <paramref name="ProfileId"/> null = a new profile.</summary>
/// <param name="ProfileId">The profile.</param>
/// <param name="Name">Name of a new profile.</param>
/// <param name="Content">Flat JSON of the shared codec, as text.</param>
/// <param name="Reason">Why.</param>
/// <param name="BasedOn">Latest revision that the author has seen.</param>
public sealed record SaveRequest(int? ProfileId, string Name, string Content, string Reason, int BasedOn);

/// <summary>A push. Without <paramref name="Expected"/> it applies to what the preview says now.</summary>
/// <param name="Revision">Any revision of the profile.</param>
/// <param name="Targets">To whom.</param>
/// <param name="Reason">Why.</param>
/// <param name="Expected">Desired version per device that the caller has seen; others are conflicts and stay.</param>
public sealed record PushRequest(int Revision, PushTarget[] Targets, string Reason, Dictionary<string, long>? Expected);

/// <summary>What came of a push.</summary>
public sealed record PushAnswer(IReadOnlyDictionary<string, long> Versions, IReadOnlyList<string> Conflicts, IReadOnlyList<SkippedDevice> Skips);

/// <summary>Profiles for programs: the same commands as the pages, so the same rules.</summary>
public static class ProfileEndpoints
{
  public static WebApplication MapProfiles(this WebApplication app)
  {
    app.MapPost("/api/v1/profiles", Save).RequireAuthorization(Rules.Operate).DisableAntiforgery();
    app.MapPost("/api/v1/profiles/{id:int}/push", Push).RequireAuthorization(Rules.Operate).DisableAntiforgery();
    return app;
  }

  private static async Task<Results<Ok<ProfileRevision>, ProblemHttpResult>> Save(SaveRequest request, ClaimsPrincipal person, SaveProfile save, CancellationToken stop)
  {
    var (profile, faults) = ProfileText.Read(request.Content ?? "", new Envelope());
    if (profile is null) return Refused(string.Join("; ", faults));
    var saved = await save.Run(person, request.ProfileId, request.Name ?? "", profile, request.Reason ?? "", request.BasedOn, stop);
    return saved.Revision is { } revision ? TypedResults.Ok(revision) : Refused(string.Join("; ", saved.Faults));
  }

  private static async Task<Results<Ok<PushAnswer>, ProblemHttpResult>> Push(int id, PushRequest request, ClaimsPrincipal person, PushProfile push, CancellationToken stop)
  {
    var preview = await push.Preview(person, id, request.Revision, request.Targets ?? [], stop);
    if (request.Expected is { } expected) preview = preview with { Applies = expected };
    else if (preview.Refusal is { } refusal) return Refused(refusal);
    var outcome = await push.Run(person, id, request.Revision, request.Targets ?? [], preview, request.Reason ?? "", stop);
    return outcome.Value is { } done ? TypedResults.Ok(new PushAnswer(done.Versions, done.Conflicts, preview.Skips)) : Refused(outcome.Why);
  }

  private static ProblemHttpResult Refused(string why) => TypedResults.Problem(why, statusCode: StatusCodes.Status422UnprocessableEntity);
}
