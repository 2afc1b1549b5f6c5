using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace BizQ.Web.Hosting;

/// <summary>
/// Why BizQ did not start, for whoever started it: one sentence that names the key and what to do. Anything else that goes
/// wrong is a bug and keeps its stack trace.
/// </summary>
internal static partial class StartProblem
{
    public static string? SentenceOf(Exception problem) => problem switch
    {
        AggregateException several when several.InnerExceptions.Select(SentenceOf).ToList() is var sentences && sentences.All(sentence => sentence is not null) =>
            string.Join(Environment.NewLine, sentences),
        OptionsValidationException options => Configured(options.Failures),
        InvalidOperationException when Unreadable().Match(problem.Message) is { Success: true } value =>
            Configured([$"{value.Groups["key"].Value} is \"{value.Groups["value"].Value}\". Needed is {Kind(value.Groups["type"].Value)}."]),
        InvalidOperationException { Message: var message } when message.StartsWith("Logging:", StringComparison.Ordinal) => Configured([message]),
        InvalidDataException { InnerException: { } inner } => $"appsettings.json cannot be read: {inner.GetBaseException().Message}",
        ArgumentException { Source: "Npgsql" or "Microsoft.Data.Sqlite" } connection => Configured([$"ConnectionStrings:BizQ cannot be used: {connection.Message}"]),
        _ when Inner<Npgsql.NpgsqlException>(problem) is { } postgres => $"The database of ConnectionStrings:BizQ cannot be used: {postgres.Message}",
        _ when Inner<Microsoft.Data.Sqlite.SqliteException>(problem) is { SqliteErrorCode: 14 or 8 or 26 } sqlite => $"The SQLite database cannot be used: {sqlite.Message} Data:Path says where it lies.",
        IOException { InnerException: not null } address when address.Message.StartsWith("Failed to bind", StringComparison.Ordinal) =>
            $"{address.Message} Another program uses it: choose another with --urls http://localhost:PORT.",
        SocketException socket => $"Cannot listen: {socket.Message}. Choose another address with --urls http://localhost:PORT.",
        IOException or UnauthorizedAccessException => $"{problem.Message} Data:Path says where BizQ keeps its files.",
        _ => null,
    };

    private static string Configured(IEnumerable<string> failures) =>
        string.Join(Environment.NewLine, ["BizQ did not start: its configuration cannot be used.", .. failures.Select(failure => "  " + failure)]);

    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<key>.*)' to type '(?<type>.*)'")]
    private static partial Regex Unreadable();

    private static string Kind(string type) => Type.GetType(type) is { IsEnum: false } known
        ? known.Name switch
        {
            nameof(Int32) or nameof(Int64) => "a whole number",
            nameof(Boolean) => "true or false",
            nameof(TimeSpan) => "a time span such as 00:00:30",
            nameof(Double) or nameof(Decimal) => "a number",
            _ => $"a value of the kind {known.Name}",
        }
        : $"one of {string.Join(", ", EnumNames(type))}";

    private static string[] EnumNames(string type) =>
        AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(type)).FirstOrDefault(found => found is { IsEnum: true }) is { } choice
            ? Enum.GetNames(choice)
            : [type];

    private static T? Inner<T>(Exception? problem) where T : Exception
    {
        for (; problem is not null; problem = problem.InnerException)
        {
            if (problem is T found)
                return found;
        }
        return null;
    }
}
