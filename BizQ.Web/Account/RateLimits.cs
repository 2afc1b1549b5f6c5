using System.Globalization;
using System.Threading.RateLimiting;
using BizQ.Core;
using BizQ.Web.Api;
using BizQ.Web.Hosting;
using BizQ.Web.Triggers;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace BizQ.Web.Account;

/// <summary>How often somebody may ask. Refused requests get 429 and Retry-After.</summary>
public static class RateLimits
{
    /// <summary>The policy of pages where a password or code can be guessed: their posts, by address.</summary>
    public const string Guessing = "guessing";

    // A person mistypes a few times; 20 a minute is far from that and far from useful guessing.
    private const int GuessesPerMinute = 20;

    public static IServiceCollection AddRateLimits(this IServiceCollection services, IConfiguration configuration) => services
        .AddChecked<RateLimitOptions>(configuration, RateLimitOptions.Section, RateLimitOptions.ProblemsOf)
        .AddRateLimiter(Configure);

    private static void Configure(RateLimiterOptions options)
    {
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => !http.IsApi()
            ? RateLimitPartition.GetNoLimiter("pages")
            : HooksApi.IsHook(http.Request.Path)
                ? PerMinute($"hooks {AddressOf(http)}", Limits(http).PerHookAddressAndMinute)
            : http.User.ToActor() is { Id: { } id }
                ? PerMinute(id.ToString(), Limits(http).PerKeyAndMinute)
                : PerMinute(AddressOf(http), Limits(http).PerAddressAndMinute));
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = Reject;
        options.AddPolicy(Guessing, http => HttpMethods.IsPost(http.Request.Method)
            ? RateLimitPartition.GetSlidingWindowLimiter(AddressOf(http), _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = GuessesPerMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
            })
            : RateLimitPartition.GetNoLimiter("reading"));
    }

    /// <summary>A minute's worth at once, then as many a second as make up the minute.</summary>
    private static RateLimitPartition<string> PerMinute(string who, int requests) => RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = requests,
        TokensPerPeriod = Math.Max(1, requests / 60),
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
    });

    private static RateLimitOptions Limits(HttpContext http) => http.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private static async ValueTask Reject(OnRejectedContext context, CancellationToken cancel)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(10);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await new Refusal(RefusalKind.Limited, "tooManyRequests", $"That was too often. Try again in {seconds} s.").ToProblem().ExecuteAsync(context.HttpContext);
    }
}

/// <summary>How often programs may ask.</summary>
public sealed record RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>For each API key. 6000 a minute carry 100 mails a second.</summary>
    public int PerKeyAndMinute { get; init; } = 6000;

    /// <summary>For each address that sends no valid key.</summary>
    public int PerAddressAndMinute { get; init; } = 300;

    /// <summary>For each address that sends webhooks: a shop on a busy day sends hundreds a minute from one address.</summary>
    public int PerHookAddressAndMinute { get; init; } = 3000;

    public static IEnumerable<string> ProblemsOf(RateLimitOptions options)
    {
        if (options.PerKeyAndMinute is < 60 or > 10_000_000)
            yield return $"RateLimits:PerKeyAndMinute is {options.PerKeyAndMinute}. Allowed are 60 to 10000000.";
        if (options.PerAddressAndMinute is < 60 or > 10_000_000)
            yield return $"RateLimits:PerAddressAndMinute is {options.PerAddressAndMinute}. Allowed are 60 to 10000000.";
        if (options.PerHookAddressAndMinute is < 60 or > 10_000_000)
            yield return $"RateLimits:PerHookAddressAndMinute is {options.PerHookAddressAndMinute}. Allowed are 60 to 10000000.";
    }
}
