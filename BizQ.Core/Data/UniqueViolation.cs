using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BizQ.Core.Data;

/// <summary>Tells "somebody else wrote the same key first" from every other failed save, on both engines.</summary>
public static class UniqueViolation
{
    // SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY.
    private const int SqliteUnique = 2067;
    private const int SqlitePrimaryKey = 1555;

    public static bool IsUniqueViolation(this Exception problem) => (problem is DbUpdateException ? problem.InnerException : problem) switch
    {
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode is SqliteUnique or SqlitePrimaryKey,
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.UniqueViolation,
        _ => false,
    };

    /// <summary>True too when a row had another version than the one read: both are lost races.</summary>
    public static bool IsLostRace(this Exception problem) => problem is DbUpdateConcurrencyException || problem.IsUniqueViolation();
}
