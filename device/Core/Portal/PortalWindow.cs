using System.Threading;

namespace JkFleet.Agent.Portal
{
    /// <summary>What somebody at the portal wants of the agent.</summary>
    public enum PortalWish
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>Maintenance on.</summary>
        MaintenanceOn = 1,
        /// <summary>Maintenance off.</summary>
        MaintenanceOff = 2,
        /// <summary>Start anew, after zeros to the inverter.</summary>
        Restart = 3,
        /// <summary>Forget everything, then start anew.</summary>
        FactoryReset = 4,
    }

    /// <summary>
    /// The only thing that control loop and portal share. Three views go round: one is written, one is read, one lies in between,
    /// so neither ever waits for the other. Wishes come back through one slot.
    /// </summary>
    public sealed class PortalWindow
    {
        private const int Fresh = 4;

        private readonly PortalView[] _views = new PortalView[] { new PortalView(), new PortalView(), new PortalView() };
        private int _write;
        private int _read = 1;
        private int _between = 2;
        private int _wish;

        /// <summary>Control thread: the view to fill; then call <see cref="Publish"/>.</summary>
        public PortalView Writing
        {
            get { return _views[_write]; }
        }

        /// <summary>Control thread: hands the filled view over.</summary>
        public void Publish()
        {
            _write = Interlocked.Exchange(ref _between, _write | Fresh) & 3;
        }

        /// <summary>Portal: the newest view; stays as it is until the next call.</summary>
        public PortalView Look()
        {
            if ((Interlocked.CompareExchange(ref _between, 0, -1) & Fresh) != 0) _read = Interlocked.Exchange(ref _between, _read) & 3;
            return _views[_read];
        }

        /// <summary>Portal: leaves a wish.</summary>
        /// <param name="wish">The wish.</param>
        /// <returns>False while an earlier one was not taken.</returns>
        public bool Ask(PortalWish wish)
        {
            return Interlocked.CompareExchange(ref _wish, (int)wish, 0) == 0;
        }

        /// <summary>Control thread: takes the wish.</summary>
        public PortalWish TakeWish()
        {
            return (PortalWish)Interlocked.Exchange(ref _wish, 0);
        }
    }
}
