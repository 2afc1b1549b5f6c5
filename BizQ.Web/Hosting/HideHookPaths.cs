using BizQ.Web.Triggers;
using Serilog.Core;
using Serilog.Events;

namespace BizQ.Web.Hosting;

/// <summary>The address of a webhook may be its secret: what is logged while one is served names it without its last part.</summary>
internal sealed class HideHookPaths : ILogEventEnricher
{
    private static readonly LogEventProperty Hidden = new("RequestPath", new ScalarValue("/hooks/(hidden)"));

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Properties.TryGetValue(Hidden.Name, out var path) && path is ScalarValue { Value: string text } && HooksApi.IsHook(text))
            logEvent.AddOrUpdateProperty(Hidden);
    }
}
