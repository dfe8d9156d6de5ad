// In JkFleet.Server.Tests the namespace Telemetry hides the contract class too.
global using TelemetryMessage = JkFleet.Contracts.Telemetry;
