using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BizQ.Core.Data.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Interviews : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "entity_id",
                table: "context_questions",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "thing_key",
                table: "context_questions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "thing_name",
                table: "context_questions",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "context_interview_documents",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    interview = table.Column<string>(type: "text", nullable: false),
                    document_id = table.Column<Guid>(type: "uuid", nullable: false),
                    added_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    added_by_name = table.Column<string>(type: "text", nullable: false),
                    compared_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    compares_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_context_interview_documents", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "context_interview_notes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace_id = table.Column<Guid>(type: "uuid", nullable: false),
                    interview = table.Column<string>(type: "text", nullable: false),
                    slot = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "text", nullable: true),
                    mark = table.Column<string>(type: "text", nullable: false),
                    question_id = table.Column<Guid>(type: "uuid", nullable: true),
                    by_name = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_context_interview_notes", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_context_interview_documents_compared_at",
                table: "context_interview_documents",
                column: "compared_at");

            migrationBuilder.CreateIndex(
                name: "ix_context_interview_documents_workspace_id_interview_document",
                table: "context_interview_documents",
                columns: new[] { "workspace_id", "interview", "document_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_context_interview_notes_workspace_id_interview_slot",
                table: "context_interview_notes",
                columns: new[] { "workspace_id", "interview", "slot" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "context_interview_documents");

            migrationBuilder.DropTable(
                name: "context_interview_notes");

            migrationBuilder.DropColumn(
                name: "entity_id",
                table: "context_questions");

            migrationBuilder.DropColumn(
                name: "thing_key",
                table: "context_questions");

            migrationBuilder.DropColumn(
                name: "thing_name",
                table: "context_questions");
        }
    }
}
