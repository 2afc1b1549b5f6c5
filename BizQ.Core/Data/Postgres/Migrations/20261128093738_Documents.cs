using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BizQ.Core.Data.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Documents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "access",
                table: "documents",
                type: "text",
                nullable: false,
                defaultValue: "Everyone");

            migrationBuilder.AddColumn<int>(
                name: "edition",
                table: "documents",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<Guid>(
                name: "first_id",
                table: "documents",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "read_attempts",
                table: "documents",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "read_until",
                table: "documents",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refusal_code",
                table: "documents",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refusal_message",
                table: "documents",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "replaced_at",
                table: "documents",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "replaced_by",
                table: "documents",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "replaces",
                table: "documents",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "state",
                table: "documents",
                type: "text",
                nullable: false,
                defaultValue: "Ready");

            migrationBuilder.CreateTable(
                name: "document_readers",
                columns: table => new
                {
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    document_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reader = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_readers", x => new { x.workspace_id, x.document_id, x.reader });
                });

            migrationBuilder.CreateTable(
                name: "document_tags",
                columns: table => new
                {
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    document_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tag = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_tags", x => new { x.workspace_id, x.tag, x.document_id });
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
                name: "ix_document_tags_document_id",
                table: "document_tags",
                column: "document_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "document_readers");

            migrationBuilder.DropTable(
                name: "document_tags");

            migrationBuilder.DropIndex(
                name: "ix_documents_reading",
                table: "documents");

            migrationBuilder.DropIndex(
                name: "ix_documents_workspace_id_access",
                table: "documents");

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
