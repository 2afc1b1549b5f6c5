using System.CommandLine;
using BizQ.Agents.Documents.Worker;
using BizQ.Agents.Functions.Worker;
using BizQ.Web.Hosting;

namespace BizQ.Web.Commands;

/// <summary>
/// What the program does besides serving: <c>setup</c>, <c>migrate</c>, <c>health</c>. Exit codes: 0 done, 1 refused or
/// failed with a sentence on standard error, 2 asked wrongly.
/// </summary>
public static class CommandLine
{
    public const int Failed = 1;
    public const int Misused = 2;

    /// <summary>Configuration belongs to any command, as it does to the server: <c>--Data:Path</c>, <c>--ConnectionStrings:BizQ</c>, <c>--environment</c>.</summary>
    private const string About =
        "BizQ. Without a command it serves; --urls http://localhost:5080 says where. Every key of appsettings.json can be given as an option, such as --Data:Path DIR.";

    /// <summary>Whether these arguments are a command and not the server's configuration.</summary>
    public static bool Asked(string[] args) => args is [var first, ..] && (!first.StartsWith('-') || first is "-h" or "-?" or "--help" or "--version");

    /// <summary>A worker for functions or documents is this program too; it is not listed, for only this program starts it.</summary>
    public static Task<int> Run(string[] args, TextReader input, TextWriter output, TextWriter error) =>
        FunctionWorker.Asked(args) ? Task.FromResult(FunctionWorker.Run())
        : DocumentWorker.Asked(args) ? Task.FromResult(DocumentWorker.Run(args))
        : Obey(args, input, output, error);

    private static async Task<int> Obey(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(About) { SetUpCommand.Make(input, output, error), MigrateCommand.Make(output), HealthCommand.Make(output, error), DocsCommand.Make(output, error) };
        var parsed = root.Parse(args);
        if (parsed.UnmatchedTokens.Count > 0 && ProblemOf(parsed.UnmatchedTokens) is { } problem)
        {
            await error.WriteLineAsync(problem);
            return Misused;
        }
        try
        {
            var code = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
            return parsed.Errors.Count > 0 ? Misused : code;
        }
        catch (Exception failure) when (StartProblem.SentenceOf(failure) is { } sentence)
        {
            await error.WriteLineAsync(sentence);
            return Failed;
        }
    }

    /// <summary>What is left over must be configuration, or it is a slip of the pen that must not pass in silence.</summary>
    private static string? ProblemOf(IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var key = tokens[i].Split('=')[0];
            if (!key.StartsWith("--", StringComparison.Ordinal) || !(key.Contains(':', StringComparison.Ordinal) || key is "--environment" or "--urls"))
                return $"\"{tokens[i]}\" is not known here. Try --help.";
            if (!tokens[i].Contains('=', StringComparison.Ordinal))
                i++;
        }
        return null;
    }
}
