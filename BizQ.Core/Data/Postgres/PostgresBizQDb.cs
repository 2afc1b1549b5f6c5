using System.Text.Json;
using BizQ.Core.Context;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Data.Postgres;

/// <summary>BizQ on PostgreSQL: JSON is jsonb, full text a generated tsvector.</summary>
public sealed class PostgresBizQDb(DbContextOptions<PostgresBizQDb> options) : BizQDb(options)
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
            e.Property(s => s.Vector).HasComputedColumnSql($"setweight({WordsOf("title")}, 'A') || setweight({WordsOf("text")}, 'D')", stored: true);
            e.HasIndex(s => s.Vector).HasMethod("gin");
        });
    }

    /// <summary>
    /// Words are cut as SQLite's tokenizer cuts them: at every sign, so that OG-1042 is found by 1042 (PostgreSQL's own parser
    /// would read -1042), and without accents. By translate, because unaccent is an extension and regular expressions follow the locale.
    /// </summary>
    private static string WordsOf(string column)
    {
        const string signs = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~";
        const string more = "’‘“”„–—…·•«»€£";
        var (accented, plain) = SearchTerms.Accents;
        // translate looks every character up in the whole list, so plain ASCII, which is most text, gets the short one.
        return $"to_tsvector('english', CASE WHEN octet_length({column}) = char_length({column})"
            + $" THEN translate({column}, '{signs}''', '{new string(' ', signs.Length + 1)}')"
            + $" ELSE translate({column}, '{signs}''{more}{accented}', '{new string(' ', signs.Length + 1 + more.Length)}{plain}') END)";
    }
}
