using JkFleet.Agent.Portal;
using JkFleet.Contracts;

namespace JkFleet.Agent
{
    /// <summary>The control thread's side of the portal: a copy out now and then, a wish in. It never waits for anybody.</summary>
    public sealed class PortalFeed
    {
        /// <summary>Time between two copies, ms.</summary>
        public const int EveryMs = 500;

        private readonly AgentLoop _loop;
        private readonly PortalWindow _window;
        private readonly long _startMs;
        private bool _once;
        private long _lastMs;
        // How the last update ended stays on show: the server withdraws a failed offer within a second, and with it the reason.
        private UpdateState _ended;
        private string _endedVersion = "";
        private string _endedReason = "";

        /// <summary>A feed.</summary>
        /// <param name="loop">Whose state is shown.</param>
        /// <param name="window">Where.</param>
        /// <param name="nowMs">Clock of the portal.</param>
        public PortalFeed(AgentLoop loop, PortalWindow window, long nowMs)
        {
            _loop = loop;
            _window = window;
            _startMs = nowMs;
        }

        /// <summary>Everything is to be forgotten before the next start.</summary>
        public bool ForgetWanted { get; private set; }

        /// <summary>Call after every tick, on the control thread.</summary>
        /// <param name="nowMs">Clock of the portal.</param>
        /// <param name="connected">The server is there.</param>
        public void Step(long nowMs, bool connected)
        {
            PortalWish wish = _window.TakeWish();
            if (wish == PortalWish.MaintenanceOn || wish == PortalWish.MaintenanceOff)
                _loop.Agent.Commands.SetMaintenance(wish == PortalWish.MaintenanceOn);
            if (wish == PortalWish.FactoryReset) ForgetWanted = true;
            if (wish == PortalWish.Restart || wish == PortalWish.FactoryReset) _loop.Agent.Commands.Restart();
            long passed = nowMs - _lastMs;
            if (_once && wish == PortalWish.None && passed >= 0 && passed < EveryMs) return;
            _once = true;
            _lastMs = nowMs;
            Fill(_window.Writing, nowMs, connected);
            _window.Publish();
        }

        private void Fill(PortalView v, long nowMs, bool connected)
        {
            Agent a = _loop.Agent;
            Telemetry from = a.Report;
            Telemetry to = v.Report;
            from.Snapshot.CopyTo(to.Snapshot);
            from.Limits.CopyTo(to.Limits);
            to.Bms = from.Bms;
            to.BmsAgeMs = from.BmsAgeMs;
            to.BmsFrames = from.BmsFrames;
            to.BmsRefused = from.BmsRefused;
            to.Inverter = from.Inverter;
            to.InverterAgeMs = from.InverterAgeMs;
            to.CanSent = from.CanSent;
            to.CanReceived = from.CanReceived;
            to.CanErrors = from.CanErrors;
            to.RssiDbm = from.RssiDbm;
            to.Agent = from.Agent;
            to.Board = from.Board;
            a.Slot.Active.CopyTo(v.Profile);
            v.AtMs = nowMs;
            v.UpMs = nowMs - _startMs;
            v.Connected = connected;
            v.Maintenance = a.Memory.Maintenance;
            v.Transmitting = a.Transmitting;
            Reported r = _loop.Post.Reported;
            if (r.Update >= UpdateState.Confirmed)
            {
                _ended = r.Update;
                _endedVersion = r.UpdateVersion;
                _endedReason = r.UpdateReason;
            }

            bool idle = r.Update == UpdateState.Idle;
            v.Update = idle ? _ended : r.Update;
            v.UpdateVersion = idle ? _endedVersion : r.UpdateVersion;
            v.UpdatePermille = r.UpdatePermille;
            v.UpdateReason = idle ? _endedReason : r.UpdateReason;
            v.There = true;
        }
    }
}
