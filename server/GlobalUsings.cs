// The folder and namespace Telemetry would hide the contract's class of that name.
global using TelemetryMessage = JkFleet.Contracts.Telemetry;
global using Microsoft.EntityFrameworkCore;
