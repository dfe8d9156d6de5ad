using JkFleet.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace JkFleet.Benchmarks.Fleet;

/// <summary>The whole server in this process, for rows that begin with a call into it.</summary>
internal sealed class ServerInside : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private ServerInside(WebApplication app, DirectoryInfo folder)
    {
        _app = app;
        _folder = folder;
    }

    public int MqttPort => Get<WebAddresses>().MqttPort;

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<ServerInside> StartAsync(int devices)
    {
        var folder = Directory.CreateTempSubdirectory("jkfleet-bench-");
        var app = Program.Build(
        [
            "--urls", "http://127.0.0.1:0", "--data", folder.FullName, "--Broker:Address", "127.0.0.1", "--Broker:Port", "0",
            .. ServerProcess.Seed(devices).SelectMany(s => new[] { "--" + s.Name.Replace("__", ":", StringComparison.Ordinal), s.Value }),
            "--Logging:LogLevel:Default", "Error", "--Logging:LogLevel:Microsoft.AspNetCore", "Error",
        ]);
        // It prints its one-time link, which is not for our table.
        var console = Console.Out;
        Console.SetOut(TextWriter.Null);
        await app.StartAsync();
        Console.SetOut(console);
        return new ServerInside(app, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
