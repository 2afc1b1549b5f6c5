using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace BizQ.Web.Account;

/// <summary>How often somebody may ask. Refused requests get 429 and Retry-After.</summary>
public static class RateLimits
{
    /// <summary>The policy of pages where a password or code can be guessed: their posts, by address.</summary>
    public const string Guessing = "guessing";

    // A person mistypes a few times; 20 a minute is far from that and far from useful guessing.
    private const int GuessesPerMinute = 20;

    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
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
    });

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private static async ValueTask Reject(OnRejectedContext context, CancellationToken cancel)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(10);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await Results.Problem(
            statusCode: StatusCodes.Status429TooManyRequests,
            title: "Too many requests",
            detail: $"That was too often. Try again in {seconds} s.",
            extensions: new Dictionary<string, object?> { ["code"] = "tooManyRequests" }).ExecuteAsync(context.HttpContext);
    }
}
