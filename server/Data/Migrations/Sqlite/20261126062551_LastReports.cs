using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace JkFleet.Server.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class LastReports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "LastReports",
                columns: table => new
                {
                    DeviceId = table.Column<string>(type: "TEXT", maxLength: 400, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Content = table.Column<string>(type: "TEXT", maxLength: 3584, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LastReports", x => x.DeviceId);
                    table.ForeignKey(
                        name: "FK_LastReports_Devices_DeviceId",
                        column: x => x.DeviceId,
                        principalTable: "Devices",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "LastReports");
        }
    }
}
