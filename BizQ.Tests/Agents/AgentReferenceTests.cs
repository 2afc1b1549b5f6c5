using BizQ.Core.Agents;
using BizQ.Core.Agents.Reference;
using BizQ.Tests.Kit;

namespace BizQ.Tests.Agents;

/// <summary>docs/agents.md says what the code does.</summary>
public sealed class AgentReferenceTests
{
    [Fact]
    public async Task The_page_is_as_the_code_describes_itself()
    {
        await using var host = await TestHost.Start();
        var page = await File.ReadAllTextAsync(Repository.File("docs", "agents.md"), TestContext.Current.CancellationToken);

        Assert.True(host.Get<AgentReference>().Renewed(page) == page, "docs/agents.md is out of date: run ./dev docs and commit what it changes.");
    }

    [Fact]
    public async Task Every_kind_says_what_it_does_exactly()
    {
        await using var host = await TestHost.Start();

        Assert.All(host.Get<AgentCatalog>().Nodes, kind => Assert.NotEmpty(kind.Rules));
        Assert.Throws<InvalidDataException>(() => host.Get<AgentReference>().Renewed("A page without marks."));
    }
}
