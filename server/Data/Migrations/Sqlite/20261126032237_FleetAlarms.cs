using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace JkFleet.Server.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FleetAlarms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // EF's own way copies the table in several transactions, and a start that is killed between two of them never
            // succeeds again; SQLite can do it in one.
            migrationBuilder.Sql("ALTER TABLE \"Alarms\" DROP COLUMN \"SiteId\";");

            migrationBuilder.CreateIndex(
                name: "IX_Alarms_ClearedAt_Severity_OpenedAt",
                table: "Alarms",
                columns: new[] { "ClearedAt", "Severity", "OpenedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Alarms_ClearedAt_Severity_OpenedAt",
                table: "Alarms");

            migrationBuilder.AddColumn<int>(
                name: "SiteId",
                table: "Alarms",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);
        }
    }
}
