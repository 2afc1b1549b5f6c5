using System.CommandLine;

namespace BizQ.Web.Commands;

/// <summary>The same host as the server's, migrated, not started, and silent but for warnings: a command's output is its own.</summary>
internal static class Quiet
{
    public static Task<WebApplication> Build(ParseResult parsed) => Program.Build([.. parsed.UnmatchedTokens, "--Logging:LogLevel:Default=Warning", "--Logging:ToStandardError=true"]);
}
