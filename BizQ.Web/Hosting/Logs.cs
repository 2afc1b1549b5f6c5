using System.Globalization;
using BizQ.Web.Account;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace BizQ.Web.Hosting;

/// <summary>
/// One line a person can read in development, compact JSON everywhere else. Levels come from Logging:LogLevel. A request is
/// one line without its query, which may hold what somebody searched for.
/// </summary>
internal static class Logs
{
    private const string Readable = "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext:l}{NewLine}         {Message:lj}{NewLine}{Exception}";

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog((_, logs) =>
        {
            foreach (var level in builder.Configuration.GetSection("Logging:LogLevel").GetChildren())
            {
                if (level.Key == "Default")
                    logs.MinimumLevel.Is(LevelOf(level.Value));
                else
                    logs.MinimumLevel.Override(level.Key, LevelOf(level.Value));
            }
            // DataProtection warns at every start that its keys lie unencrypted; they lie in a folder only this user can open.
            logs.MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error);
            logs.Enrich.With<HideHookPaths>();
            // Whatever stops the start is told once, by Program.
            logs.Filter.ByExcluding(entry => entry.Properties.TryGetValue("EventId", out var id) && id.ToString().Contains("HostedServiceStartupFaulted", StringComparison.Ordinal));
            // A command's output is its own: what is logged goes beside it.
            LogEventLevel? beside = builder.Configuration.GetValue<bool>("Logging:ToStandardError") ? LogEventLevel.Verbose : null;
            if (builder.Environment.IsDevelopment())
                logs.WriteTo.Console(outputTemplate: Readable, formatProvider: CultureInfo.InvariantCulture, standardErrorFromLevel: beside);
            else
                logs.WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: beside);
        }, preserveStaticLogger: true);
    }

    public static void UseLogs(this WebApplication app) => app.UseSerilogRequestLogging(options =>
    {
        // Nothing is said through the static logger, which is silent: several hosts may live in one process.
        options.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
        options.MessageTemplate = "{RequestMethod} {RequestPath} {StatusCode} in {Elapsed:0} ms";
        options.IncludeQueryInRequestPath = false;
        options.GetLevel = (http, _, problem) => problem is not null || http.Response.StatusCode >= StatusCodes.Status500InternalServerError
            ? LogEventLevel.Error
            : IsWork(http) ? LogEventLevel.Information : LogEventLevel.Debug;
        options.EnrichDiagnosticContext = (log, http) =>
        {
            if (http.User.ToActor() is not { } actor)
                return;
            log.Set("Workspace", actor.WorkspaceId);
            log.Set("Actor", actor.Id);
        };
    });

    /// <summary>Style sheets, health and the circuit's own traffic are not.</summary>
    private static bool IsWork(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api") || !HttpMethods.IsGet(http.Request.Method) && !http.Request.Path.StartsWithSegments("/_blazor");

    private static LogEventLevel LevelOf(string? name) => Enum.TryParse<LogLevel>(name, ignoreCase: true, out var level)
        ? level switch
        {
            LogLevel.Trace => LogEventLevel.Verbose,
            LogLevel.Debug => LogEventLevel.Debug,
            LogLevel.Information => LogEventLevel.Information,
            LogLevel.Warning => LogEventLevel.Warning,
            LogLevel.Error => LogEventLevel.Error,
            _ => LogEventLevel.Fatal,
        }
        : throw new InvalidOperationException($"Logging:LogLevel holds \"{name}\". Allowed are Trace, Debug, Information, Warning, Error, Critical and None.");
}
