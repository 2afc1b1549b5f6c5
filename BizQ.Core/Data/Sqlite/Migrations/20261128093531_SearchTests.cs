using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BizQ.Core.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class SearchTests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
                name: "ix_search_tests_workspace_id_lookup_query",
                table: "search_tests",
                columns: new[] { "workspace_id", "lookup_query" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "search_tests");
        }
    }
}
