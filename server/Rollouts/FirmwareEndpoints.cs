using System.Security.Claims;
using JkFleet.Server.Accounts;
using JkFleet.Server.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Features;

namespace JkFleet.Server.Rollouts;

/// <summary>Upload by people, download by devices.</summary>
public static class FirmwareEndpoints
{
  public static WebApplication MapFirmware(this WebApplication app)
  {
    // The link is the right: bound to a device and a file, short-lived. Ranges make a broken download go on.
    app.MapGet("/api/v1/firmware/{token}", Download).AllowAnonymous();
    app.MapPost("/api/v1/artifacts", Upload).RequireAuthorization(Rules.Operate).DisableAntiforgery();
    return app;
  }

  private static Results<PhysicalFileHttpResult, NotFound> Download(string token, FirmwareLinks links, ArtifactFiles files, LiveFleet fleet)
  {
    if (links.Read(token) is not var (device, sha256)) return TypedResults.NotFound();
    if (fleet.Find(device) is not { Revoked: false } || files.Find(sha256) is not { } path) return TypedResults.NotFound();
    return TypedResults.PhysicalFile(path, "application/octet-stream", enableRangeProcessing: true);
  }

  /// <summary>The body is the .jkfw file itself; <c>?name=</c> its name. SameSite=Lax keeps other sites from posting with a person's cookie.</summary>
  private static async Task<Results<Ok<Artifact>, ProblemHttpResult>> Upload(
    string? name, HttpRequest request, ClaimsPrincipal person, UploadArtifact upload, CancellationToken stop)
  {
    if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = ArtifactFiles.MaxBytes;
    var outcome = await upload.Run(person, name ?? "", request.Body, stop);
    return outcome.Done ? TypedResults.Ok(outcome.Value) : TypedResults.Problem(outcome.Why, statusCode: StatusCodes.Status422UnprocessableEntity);
  }
}
