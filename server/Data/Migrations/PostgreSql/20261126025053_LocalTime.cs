using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace JkFleet.Server.Data.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class LocalTime : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "UtcOffsetMin",
                table: "Desired",
                type: "integer",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "UtcOffsetMin",
                table: "Desired");
        }
    }
}
