using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BizQ.Agents.Cluster;
using BizQ.Agents.Mail;
using BizQ.Core.Data;
using BizQ.Core.Data.Archiving;
using BizQ.Tests.Kit;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BizQ.Tests.Cluster;

/// <summary>What one node keeps in files, several have in common, or they do not start.</summary>
public sealed class SharedTests(Nodes nodes) : IClassFixture<Nodes>
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public void What_one_node_has_signed_the_other_accepts()
    {
        var signed = nodes.First.Get<IDataProtectionProvider>().CreateProtector("sign-in").Protect("Ada");
        Assert.Equal("Ada", nodes.Second.Get<IDataProtectionProvider>().CreateProtector("sign-in").Unprotect(signed));
        Assert.Empty(Directory.GetFiles(Path.Combine(nodes.First.DataPath, "keys")));
    }

    [Fact]
    public async Task A_document_handed_to_one_node_is_read_whole_from_the_other()
    {
        var owner = await nodes.First.NewWorkspace();
        using var first = await nodes.First.Client(owner);
        using var second = await nodes.Second.Client(owner);
        using var form = new MultipartFormDataContent { { new ByteArrayContent("# Care\n\nDry the tent."u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("text/markdown") } }, "file", "care.md" } };
        using var added = await first.PostAsync(new Uri("/api/v1/context/documents", UriKind.Relative), form, _cancel);
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(_cancel));
        var hash = Archive.HashOf("# Care\n\nDry the tent."u8);
        Assert.Equal("# Care\n\nDry the tent.", Encoding.UTF8.GetString((await nodes.Second.Get<Archive>().Read(owner.WorkspaceId, hash, _cancel))!));
        Assert.NotEqual(JsonValueKind.Undefined, (await second.GetFromJsonAsync<JsonElement>("/api/v1/context/documents", _cancel)).GetProperty("items")[0].ValueKind);
    }

    [Fact]
    public async Task The_archive_of_a_single_node_moves_into_the_database_when_others_join_it()
    {
        await using var kit = await DatabaseKit.Start(Engine.Postgres);
        var workspace = (await kit.NewWorkspace()).WorkspaceId;
        string hash;
        using (var file = new FileArchive(kit.DataPath))
            hash = await file.Keep(workspace, "An old mail"u8.ToArray(), "mail.eml", _cancel);

        using var table = new TableArchive(kit.Database);
        var share = new ShareFiles(kit.Database, table, new ClusteringOptions(), new SmtpOptions(), kit.Ids, NullLogger<ShareFiles>.Instance);
        await share.Run(_cancel);
        await share.Run(_cancel);
        Assert.Equal("An old mail", Encoding.UTF8.GetString((await table.Read(workspace, hash, _cancel))!));
        Assert.False(File.Exists(Path.Combine(kit.DataPath, FileArchive.FileName)));
    }

    [Fact]
    public async Task Nodes_that_write_mails_into_an_outbox_start_only_on_the_folder_they_share()
    {
        await using var kit = await DatabaseKit.Start(Engine.Postgres);
        using var elsewhere = new TempFolder();
        ShareFiles Node(string folder) => new(
            new BizQDatabase(kit.Database.ConnectionString, folder, kit.Changes), kit.Archive, new ClusteringOptions { Mode = ClusterMode.Postgres }, new SmtpOptions(), kit.Ids, NullLogger<ShareFiles>.Instance);

        await Node(kit.DataPath).Run(_cancel);
        await Node(kit.DataPath).Run(_cancel);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => Node(elsewhere.Path).Run(_cancel));
        Assert.Contains($"Data:Path ({elsewhere.Path}) is not the folder that the other nodes use", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectionStrings:BizQ", "", "several nodes share one PostgreSQL database")]
    [InlineData("Cluster:Port", "0", "Cluster:Port is 0")]
    [InlineData("Cluster:DeadAfterSeconds", "1", "Allowed are 3 to 120")]
    [InlineData("Cluster:Mode", "Redis", "Cluster:Redis must say where it is")]
    [InlineData("Data:Archive", "File", "which only one node can open")]
    public async Task A_cluster_that_could_not_work_says_why_and_does_not_start(string key, string value, string sentence)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => nodes.Join((key, value)));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }
}
