namespace JkFleet.EndToEnd;

/// <summary>A folder of one story. Made before the processes that write into it, so that it is deleted when they are gone.</summary>
internal sealed class WorkFolder : IDisposable
{
  private readonly string _path = Directory.CreateTempSubdirectory("jkfleet-e2e-").FullName;

  public string Path => _path;

  public string File(string name) => System.IO.Path.Combine(_path, name);

  public void Dispose() => Directory.Delete(_path, recursive: true);
}
