using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace JkFleet.Server.Data.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class DeviceTimeline : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "DeviceCommands",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(48)", maxLength: 48, nullable: false),
                    DeviceId = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Kind = table.Column<int>(type: "integer", nullable: false),
                    ChargeMa = table.Column<int>(type: "integer", nullable: false),
                    DischargeMa = table.Column<int>(type: "integer", nullable: false),
                    HoldMs = table.Column<int>(type: "integer", nullable: false),
                    Switch = table.Column<int>(type: "integer", nullable: false),
                    On = table.Column<bool>(type: "boolean", nullable: false),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    By = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    Until = table.Column<long>(type: "bigint", nullable: false),
                    HandedAt = table.Column<long>(type: "bigint", nullable: true),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Why = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    AnsweredAt = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeviceCommands", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DeviceCommands_Devices_DeviceId",
                        column: x => x.DeviceId,
                        principalTable: "Devices",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "DeviceEvents",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    DeviceId = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    TakenAt = table.Column<long>(type: "bigint", nullable: false),
                    Boot = table.Column<long>(type: "bigint", nullable: false),
                    Seq = table.Column<long>(type: "bigint", nullable: false),
                    Kind = table.Column<int>(type: "integer", nullable: false),
                    Value = table.Column<int>(type: "integer", nullable: false),
                    Text = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeviceEvents", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DeviceEvents_Devices_DeviceId",
                        column: x => x.DeviceId,
                        principalTable: "Devices",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Hellos",
                columns: table => new
                {
                    DeviceId = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    Boot = table.Column<long>(type: "bigint", nullable: false),
                    BmsProtocol = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    InverterProtocol = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    EnvelopeChargeMa = table.Column<int>(type: "integer", nullable: false),
                    EnvelopeDischargeMa = table.Column<int>(type: "integer", nullable: false),
                    EnvelopeChargeMv = table.Column<int>(type: "integer", nullable: false),
                    EnvelopeDischargeMv = table.Column<int>(type: "integer", nullable: false),
                    EnvelopeCellMaxMv = table.Column<int>(type: "integer", nullable: false),
                    EnvelopeCellMinMv = table.Column<int>(type: "integer", nullable: false),
                    MaySwitch = table.Column<bool>(type: "boolean", nullable: false),
                    MayRaise = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Hellos", x => x.DeviceId);
                    table.ForeignKey(
                        name: "FK_Hellos_Devices_DeviceId",
                        column: x => x.DeviceId,
                        principalTable: "Devices",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_DeviceCommands_DeviceId_At",
                table: "DeviceCommands",
                columns: new[] { "DeviceId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_DeviceCommands_State_Until",
                table: "DeviceCommands",
                columns: new[] { "State", "Until" });

            migrationBuilder.CreateIndex(
                name: "IX_DeviceEvents_At",
                table: "DeviceEvents",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_DeviceEvents_DeviceId_At",
                table: "DeviceEvents",
                columns: new[] { "DeviceId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_DeviceEvents_DeviceId_Boot_Seq",
                table: "DeviceEvents",
                columns: new[] { "DeviceId", "Boot", "Seq" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeviceCommands");

            migrationBuilder.DropTable(
                name: "DeviceEvents");

            migrationBuilder.DropTable(
                name: "Hellos");
        }
    }
}
