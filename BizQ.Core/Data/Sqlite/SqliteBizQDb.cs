using BizQ.Core.Context;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Data.Sqlite;

/// <summary>BizQ in one file: nothing to install.</summary>
public sealed class SqliteBizQDb(DbContextOptions<SqliteBizQDb> options) : BizQDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder conventions)
    {
        base.ConfigureConventions(conventions);
        conventions.Properties<DateTimeOffset>().HaveConversion<MicrosecondsConverter>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<SearchEntry>().Ignore(s => s.Vector);
    }
}
