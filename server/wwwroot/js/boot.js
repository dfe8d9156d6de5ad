// Starts the circuit over WebSockets only, so that any node behind a balancer can serve it, and keeps trying after a loss.
Blazor.start({
  ssr: { disableDomPreservation: true },
  circuit: {
    configureSignalR: builder => builder.withUrl('/_blazor', { skipNegotiation: true, transport: 1 }),
    reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: attempt => Math.min(500 * (attempt + 1), 5000) },
  },
});

(function () {
  'use strict';
  const banner = document.getElementById('components-reconnect-modal');
  if (!banner) return;
  banner.addEventListener('components-reconnect-state-changed', event => {
    // The server is back but has forgotten this page: only a reload brings live values again. View state is in the address.
    if (event.detail.state === 'rejected') location.reload();
  });
  banner.querySelector('button')?.addEventListener('click', () => location.reload());
})();
