using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace JkFleet.Server.Data.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class FleetAlarms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "SiteId",
                table: "Alarms");

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
                type: "integer",
                nullable: false,
                defaultValue: 0);
        }
    }
}
