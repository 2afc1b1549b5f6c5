using BizQ.Core;
using BizQ.Core.Data;
using BizQ.Core.Triggers;
using BizQ.Web.Api;
using BizQ.Web.Layout;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace BizQ.Web.Hosting;

/// <summary>What any server needs, whatever it serves: logs, limits, headers, health.</summary>
public static class HostingRoom
{
    /// <summary>Where it serves when nothing else is said.</summary>
    public const string UsualUrl = "http://localhost:5080";

    // The largest thing taken is a mail of 25 MiB; with its encoding and a form around it that is under 40.
    private const long MostBodyBytes = 40L * 1024 * 1024;

    public static void AddHosting(this WebApplicationBuilder builder)
    {
        builder.AddLogs();
        if (new[] { "urls", "http_ports", "https_ports" }.All(key => string.IsNullOrEmpty(builder.Configuration[key])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(UsualUrl);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
        });
        var services = builder.Services;
        services.AddChecked<ServerOptions>(builder.Configuration, ServerOptions.Section, ServerOptions.ProblemsOf);
        AddKeys(services, builder.Configuration);
        services.AddSingleton<ISealSecrets, SealSecrets>();
        services.AddResponseCompression(options => options.EnableForHttps = true);
        services.AddSingleton<IResponseCompressionProvider, CompressLarge>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database").AddCheck<FilesHealth>("files");
        services.AddSingleton<IConfigureOptions<HealthCheckServiceOptions>, PartsHealth>();
        // The first page is served while the cluster and the schedulers still start; /health/ready says when all are up.
        // And while open pages are still let go, a node of several already hands over its runs.
        services.Configure<HostOptions>(options => (options.ServicesStartConcurrently, options.ServicesStopConcurrently) = (true, true));
        services.AddSingleton<SystemState>();
        services.AddSingleton<IHealthCheckPublisher>(provider => provider.GetRequiredService<SystemState>());
    }

    /// <summary>First in the pipeline. Only the API is compressed: its answers hold no secret beside what a caller chose.</summary>
    public static void UseHosting(this WebApplication app)
    {
        UseForwarded(app);
        app.UseMiddleware<SecurityHeaders>();
        app.UseLogs();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandlingPath = "/error", CreateScopeForErrors = true });
        app.UseWhen(http => http.IsApi() || http.Request.Path.StartsWithSegments("/openapi"), api => api.UseResponseCompression());
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteHealth });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteHealth });
    }

    private static void UseForwarded(WebApplication app)
    {
        var trusted = app.Services.GetRequiredService<IOptions<ServerOptions>>().Value.TrustedProxies;
        if (trusted.Count == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in trusted)
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy.Contains('/', StringComparison.Ordinal) ? proxy : $"{proxy}/{(proxy.Contains(':', StringComparison.Ordinal) ? 128 : 32)}"));
        app.UseForwardedHeaders(options);
    }

    /// <summary>Names and states only: what went wrong inside is for the log.</summary>
    private static Task WriteHealth(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(
        new { status = report.Status, checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { status = entry.Value.Status, description = entry.Value.Description }) },
        Json.Options,
        http.RequestAborted);

    private static void AddKeys(IServiceCollection services, IConfiguration configuration)
    {
        var keys = services.AddDataProtection().SetApplicationName("BizQ");
        var folder = KeysFolder(DataRoom.PathOf(configuration));
        if (!DataRoom.HasSeveralNodes(configuration))
        {
            keys.PersistKeysToFileSystem(folder);
            return;
        }
        services.AddSingleton<DatabaseKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<DatabaseKeys>((options, database) =>
        {
            database.Take(folder);
            options.XmlRepository = database;
        });
    }

    /// <summary>Whoever reads these keys can forge sign-ins, so only we may.</summary>
    private static DirectoryInfo KeysFolder(string dataPath)
    {
        var path = Path.Combine(dataPath, "keys");
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
