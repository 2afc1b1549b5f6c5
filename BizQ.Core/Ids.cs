namespace BizQ.Core;

/// <summary>New ids: UUIDv7 of the injected clock, so that they sort by time and lists can page by them.</summary>
public sealed class Ids(TimeProvider clock)
{
#pragma warning disable RS0030 // The one place that makes ids.
    public Guid New() => Guid.CreateVersion7(clock.GetUtcNow());
#pragma warning restore RS0030
}
