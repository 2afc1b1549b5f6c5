using System.CommandLine;
using BizQ.Core.Agents.Reference;

namespace BizQ.Web.Commands;

/// <summary>Renews the made part of docs/agents.md: for <c>./dev docs</c>.</summary>
internal static class DocsCommand
{
    public static Command Make(TextWriter output, TextWriter error)
    {
        var page = new Argument<FileInfo>("page") { Description = "The page, such as docs/agents.md." };
        var command = new Command("docs", "Renew the reference of agents from the descriptions in the code.") { page };
        command.SetAction(async (parsed, cancel) =>
        {
            var file = parsed.GetValue(page)!;
            if (!file.Exists)
            {
                await error.WriteLineAsync($"There is no {file.FullName}.");
                return CommandLine.Failed;
            }
            var folder = Directory.CreateTempSubdirectory("bizq-docs");
            try
            {
                await using var app = await Program.Build([$"--Data:Path={folder.FullName}", "--Logging:LogLevel:Default=Warning", "--Logging:ToStandardError=true"]);
                var text = await File.ReadAllTextAsync(file.FullName, cancel);
                await File.WriteAllTextAsync(file.FullName, app.Services.GetRequiredService<AgentReference>().Renewed(text), cancel);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
            await output.WriteLineAsync($"Renewed {file.FullName}.");
            return 0;
        });
        return command;
    }
}
