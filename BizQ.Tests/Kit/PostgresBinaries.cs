namespace BizQ.Tests.Kit;

/// <summary>Where PostgreSQL's own programs are. Debian keeps them out of PATH, one folder per version.</summary>
internal static class PostgresBinaries
{
    /// <summary>What we promise to run on; older servers lack things the migrations use.</summary>
    private const int Oldest = 15;

    private const string Missing =
        "The tests need the programs of a PostgreSQL server, version 15 or later, and found none. "
        + "`./dev test` installs them on Debian and Ubuntu (apt-get install postgresql); elsewhere install PostgreSQL and put "
        + "its bin folder into PATH, or name it in BIZQ_POSTGRES_BIN.";

    public static string Folder()
    {
        if (Environment.GetEnvironmentVariable("BIZQ_POSTGRES_BIN") is { Length: > 0 } given)
            return HasServer(given) ? given : throw new InvalidOperationException($"BIZQ_POSTGRES_BIN names {given}, which holds no initdb and postgres.");
        return Candidates().FirstOrDefault(HasServer) ?? throw new InvalidOperationException(Missing);
    }

    private static IEnumerable<string> Candidates()
    {
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian)
            ? Directory.GetDirectories(debian)
                .Select(folder => (folder, version: int.TryParse(Path.GetFileName(folder), out var v) ? v : 0))
                .Where(x => x.version >= Oldest)
                .OrderBy(x => x.version)
                .Select(x => Path.Combine(x.folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return versions.Concat(path);
    }

    private static bool HasServer(string folder) => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));
}
