using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BizQ.Core.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class KnowledgeAndDocuments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<decimal>(
                name: "charged_usd",
                table: "task_executions",
                type: "TEXT",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<int>(
                name: "in_version",
                table: "facts",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "page_number",
                table: "facts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "passage_id",
                table: "facts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "recorded_at",
                table: "facts",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "superseded_at",
                table: "facts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "valid_from",
                table: "facts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "access",
                table: "documents",
                type: "TEXT",
                nullable: false,
                defaultValue: "Everyone");

            migrationBuilder.AddColumn<int>(
                name: "edition",
                table: "documents",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<Guid>(
                name: "first_id",
                table: "documents",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "read_attempts",
                table: "documents",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "read_until",
                table: "documents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refusal_code",
                table: "documents",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refusal_message",
                table: "documents",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "replaced_at",
                table: "documents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "replaced_by",
                table: "documents",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "replaces",
                table: "documents",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "state",
                table: "documents",
                type: "TEXT",
                nullable: false,
                defaultValue: "Ready");

            migrationBuilder.Sql("UPDATE facts SET recorded_at = observed_at;");
            migrationBuilder.Sql("UPDATE facts SET superseded_at = (SELECT newer.recorded_at FROM facts newer WHERE newer.id = facts.superseded_by) WHERE superseded_by IS NOT NULL;");

            migrationBuilder.CreateTable(
                name: "context_entity_types",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    workspace_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    definition = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_context_entity_types", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "context_entity_versions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    workspace_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    entity_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    step = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    by_kind = table.Column<string>(type: "TEXT", nullable: false),
                    by_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    by_name = table.Column<string>(type: "TEXT", nullable: false),
                    source = table.Column<string>(type: "TEXT", nullable: true),
                    source_name = table.Column<string>(type: "TEXT", nullable: true),
                    restored_from = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_context_entity_versions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "context_open_references",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    workspace_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    entity_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    field = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    target_type = table.Column<string>(type: "TEXT", nullable: false),
                    target_field = table.Column<string>(type: "TEXT", nullable: false),
                    target_key = table.Column<string>(type: "TEXT", nullable: false),
                    source = table.Column<string>(type: "TEXT", nullable: false),
                    source_name = table.Column<string>(type: "TEXT", nullable: false),
                    observed_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_context_open_references", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "context_relations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    workspace_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    from_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    to_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    field = table.Column<string>(type: "TEXT", nullable: true),
                    source = table.Column<string>(type: "TEXT", nullable: false),
                    source_name = table.Column<string>(type: "TEXT", nullable: false),
                    source_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    passage_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    page_number = table.Column<int>(type: "INTEGER", nullable: true),
                    observed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    recorded_at = table.Column<long>(type: "INTEGER", nullable: false),
                    valid_from = table.Column<long>(type: "INTEGER", nullable: true),
                    valid_to = table.Column<long>(type: "INTEGER", nullable: true),
                    confidence = table.Column<double>(type: "REAL", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_by_name = table.Column<string>(type: "TEXT", nullable: true),
                    superseded_by = table.Column<Guid>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_context_relations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "document_readers",
                columns: table => new
                {
                    workspace_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    document_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    reader = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_readers", x => new { x.workspace_id, x.document_id, x.reader });
                });

            migrationBuilder.CreateTable(
                name: "document_tags",
                columns: table => new
                {
                    workspace_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    document_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tag = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_tags", x => new { x.workspace_id, x.tag, x.document_id });
                });

            migrationBuilder.CreateTable(
                name: "search_tests",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    workspace_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    query = table.Column<string>(type: "TEXT", nullable: false),
                    lookup_query = table.Column<string>(type: "TEXT", nullable: false),
                    marks = table.Column<string>(type: "TEXT", nullable: false),
                    saved_by = table.Column<string>(type: "TEXT", nullable: false),
                    saved_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_search_tests", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_documents_reading",
                table: "documents",
                column: "id",
                filter: "state = 'Reading'");

            migrationBuilder.CreateIndex(
                name: "ix_documents_workspace_id_access",
                table: "documents",
                columns: new[] { "workspace_id", "access" },
                filter: "access = 'Named'");

            migrationBuilder.CreateIndex(
                name: "ix_context_entity_types_workspace_id_name",
                table: "context_entity_types",
                columns: new[] { "workspace_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_context_entity_versions_workspace_id_entity_id_number",
                table: "context_entity_versions",
                columns: new[] { "workspace_id", "entity_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_context_open_references_workspace_id_entity_id",
                table: "context_open_references",
                columns: new[] { "workspace_id", "entity_id" });

            migrationBuilder.CreateIndex(
                name: "ix_context_open_references_workspace_id_target_type_target_key",
                table: "context_open_references",
                columns: new[] { "workspace_id", "target_type", "target_key" });

            migrationBuilder.CreateIndex(
                name: "ix_context_relations_workspace_id_from_id_id",
                table: "context_relations",
                columns: new[] { "workspace_id", "from_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_context_relations_workspace_id_from_id_kind_to_id",
                table: "context_relations",
                columns: new[] { "workspace_id", "from_id", "kind", "to_id" },
                unique: true,
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_context_relations_workspace_id_to_id_id",
                table: "context_relations",
                columns: new[] { "workspace_id", "to_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_document_tags_document_id",
                table: "document_tags",
                column: "document_id");

            migrationBuilder.CreateIndex(
                name: "ix_search_tests_workspace_id_lookup_query",
                table: "search_tests",
                columns: new[] { "workspace_id", "lookup_query" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "context_entity_types");

            migrationBuilder.DropTable(
                name: "context_entity_versions");

            migrationBuilder.DropTable(
                name: "context_open_references");

            migrationBuilder.DropTable(
                name: "context_relations");

            migrationBuilder.DropTable(
                name: "document_readers");

            migrationBuilder.DropTable(
                name: "document_tags");

            migrationBuilder.DropTable(
                name: "search_tests");

            migrationBuilder.DropIndex(
                name: "ix_documents_reading",
                table: "documents");

            migrationBuilder.DropIndex(
                name: "ix_documents_workspace_id_access",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "charged_usd",
                table: "task_executions");

            migrationBuilder.DropColumn(
                name: "in_version",
                table: "facts");

            migrationBuilder.DropColumn(
                name: "page_number",
                table: "facts");

            migrationBuilder.DropColumn(
                name: "passage_id",
                table: "facts");

            migrationBuilder.DropColumn(
                name: "recorded_at",
                table: "facts");

            migrationBuilder.DropColumn(
                name: "superseded_at",
                table: "facts");

            migrationBuilder.DropColumn(
                name: "valid_from",
                table: "facts");

            migrationBuilder.DropColumn(
                name: "access",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "edition",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "first_id",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "read_attempts",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "read_until",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "refusal_code",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "refusal_message",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "replaced_at",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "replaced_by",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "replaces",
                table: "documents");

            migrationBuilder.DropColumn(
                name: "state",
                table: "documents");
        }
    }
}
