using System.Net;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Hosting;

public sealed class HeaderTests
{
    [Fact]
    public async Task Pages_may_load_only_our_own_files_and_nobody_may_frame_them()
    {
        await using var host = await TestHost.Start();
        var page = await host.Client().GetAsync(new Uri("/setup", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(page.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_api_answers_strangers_with_problem_documents_and_pages_lead_them_to_sign_in()
    {
        await using var host = await TestHost.Start();
        var client = host.Client();
        var api = await client.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (api.StatusCode, api.Content.Headers.ContentType!.MediaType));
        var unknown = await client.GetAsync(new Uri("/api/v1/nothing", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (unknown.StatusCode, unknown.Content.Headers.ContentType!.MediaType));
        var page = await client.GetAsync(new Uri("/runs", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
        Assert.Equal("/sign-in", page.Headers.Location!.AbsolutePath);
    }

    [Fact]
    public async Task A_ready_host_says_so()
    {
        await using var host = await TestHost.Start();
        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }
}
