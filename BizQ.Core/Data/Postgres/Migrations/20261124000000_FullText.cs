using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BizQ.Core.Data.Postgres.Migrations;

/// <summary>
/// A passage and its vector stay together in the table, uncompressed: ranking unpacks every vector that matched, and fetching
/// each from outside the table took most of the time of a search.
/// </summary>
[DbContext(typeof(PostgresBizQDb))]
[Migration("20261124000000_FullText")]
public sealed class FullText : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("ALTER TABLE search_entries SET (toast_tuple_target = 8160);");
    }
}
