using BizQ.Core.Data.Postgres;
using BizQ.Core.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Design;

namespace BizQ.Core.Data;

/// <summary>What <c>./dev migrate</c> builds the model with; never connects.</summary>
internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteBizQDb>
{
    public SqliteBizQDb CreateDbContext(string[] args) => new(BizQDatabase.SqliteOptions("Data Source=design.db"));
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresBizQDb>
{
    public PostgresBizQDb CreateDbContext(string[] args) => new(BizQDatabase.PostgresOptions("Host=localhost;Database=design"));
}
