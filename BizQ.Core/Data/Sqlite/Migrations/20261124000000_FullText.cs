using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BizQ.Core.Data.Sqlite.Migrations;

/// <summary>
/// Full text on SQLite: an FTS5 index over search_entries that keeps no copy of the text and is kept right by triggers. Its
/// third column holds the workspace and the type as one word each, so that both are narrowed inside the index.
/// </summary>
[DbContext(typeof(SqliteBizQDb))]
[Migration("20261124000000_FullText")]
public sealed class FullText : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql($"CREATE VIEW search_source AS SELECT row, title, text, {Scope("")} AS scope FROM search_entries;");
        migrationBuilder.Sql(
            """
            CREATE VIRTUAL TABLE search_words USING fts5(
              title, text, scope,
              content='search_source', content_rowid='row',
              tokenize='porter unicode61 remove_diacritics 2');
            CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_words, row);
            """);
        migrationBuilder.Sql(Trigger("insert", "AFTER INSERT", "", Add));
        migrationBuilder.Sql(Trigger("delete", "AFTER DELETE", "", Drop));
        migrationBuilder.Sql(Trigger("update", "AFTER UPDATE", "WHEN old.title <> new.title OR old.text <> new.text OR old.type <> new.type", Drop + Add));
        migrationBuilder.Sql("INSERT INTO search_words(search_words) VALUES ('rebuild');");
    }

    private static string Add => $"INSERT INTO search_words(rowid, title, text, scope) VALUES (new.row, new.title, new.text, {Scope("new.")}); ";

    private static string Drop => $"INSERT INTO search_words(search_words, rowid, title, text, scope) VALUES ('delete', old.row, old.title, old.text, {Scope("old.")}); ";

    /// <summary>Letters and digits only: the tokenizer leaves each part one word.</summary>
    private static string Scope(string row) =>
        $"'w' || lower(replace({row}workspace_id, '-', '')) || ' t' || lower(hex({row}type))";

    private static string Trigger(string name, string moment, string when, string body) =>
        $"CREATE TRIGGER search_entries_{name} {moment} ON search_entries {when} BEGIN {body}END;";
}
