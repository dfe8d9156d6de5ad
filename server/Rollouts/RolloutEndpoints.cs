using System.Security.Claims;
using JkFleet.Server.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JkFleet.Server.Rollouts;

/// <summary>A rollout to make.</summary>
/// <param name="Name">For people.</param>
/// <param name="ArtifactId">The build, as uploaded.</param>
/// <param name="Selection">Which devices; null = all.</param>
/// <param name="Policy">How carefully; null = the defaults.</param>
/// <param name="Reason">Why.</param>
public sealed record RolloutRequest(string Name, int ArtifactId, RolloutSelection? Selection, RolloutPolicy? Policy, string Reason);

/// <summary>Rollouts for programs: the same desk as the pages, so the same rules.</summary>
public static class RolloutEndpoints
{
  public static WebApplication MapRollouts(this WebApplication app)
  {
    app.MapPost("/api/v1/rollouts", Create).RequireAuthorization(Rules.Operate).DisableAntiforgery();
    app.MapGet("/api/v1/rollouts/{id:int}", One).RequireAuthorization(Rules.See);
    return app;
  }

  private static async Task<Results<Created<int>, ProblemHttpResult>> Create(RolloutRequest request, ClaimsPrincipal person, RolloutDesk desk, CancellationToken stop)
  {
    var (id, refusals) = await desk.Create(
      person, request.Name ?? "", request.ArtifactId, request.Selection ?? new RolloutSelection(), request.Policy ?? new RolloutPolicy(), request.Reason ?? "", stop);
    return id is { } made
      ? TypedResults.Created($"/api/v1/rollouts/{made}", made)
      : TypedResults.Problem(string.Join(' ', refusals), statusCode: StatusCodes.Status422UnprocessableEntity);
  }

  private static async Task<Results<Ok<Rollout>, NotFound>> One(int id, ClaimsPrincipal person, RolloutList list, CancellationToken stop) =>
    await list.One(person, id, stop) is { } rollout ? TypedResults.Ok(rollout) : TypedResults.NotFound();
}
