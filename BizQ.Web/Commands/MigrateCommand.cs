using System.CommandLine;
using BizQ.Core.Data;

namespace BizQ.Web.Commands;

/// <summary>Brings the database to the current schema and ends, for those who want that apart from starting.</summary>
internal static class MigrateCommand
{
    public static Command Make(TextWriter output)
    {
        var command = new Command("migrate", "Bring the database to the current schema and end.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var app = await Quiet.Build(parsed);
            await output.WriteLineAsync($"The {app.Services.GetRequiredService<MigrateDatabase>().EngineName} database is up to date.".AsMemory(), cancel);
            return 0;
        });
        return command;
    }
}
