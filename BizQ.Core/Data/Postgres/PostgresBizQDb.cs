using System.Text.Json;
using BizQ.Core.Context;
using BizQ.Core.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Data.Postgres;

/// <summary>BizQ on PostgreSQL: JSON is jsonb, full text a generated tsvector.</summary>
public sealed class PostgresBizQDb(DbContextOptions<PostgresBizQDb> options, Guid? workspaceId = null, ChangeFeed? changes = null)
    : BizQDb(options, workspaceId, changes)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder conventions)
    {
        base.ConfigureConventions(conventions);
        conventions.Properties<JsonElement>().HaveColumnType("jsonb");
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Entity>().HasIndex(e => e.Data).HasMethod("gin");
        builder.Entity<SearchEntry>(e =>
        {
            e.HasGeneratedTsVectorColumn(s => s.Vector!, "english", s => new { s.Title, s.Text });
            e.HasIndex(s => s.Vector).HasMethod("gin");
        });
    }
}
