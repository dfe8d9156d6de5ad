// <jk-age at="unix ms" period="ms">: says how old a value is and goes on saying it when the circuit is gone.
// It marks itself and the nearest [data-fresh] as stale when the value is older than three periods.
(function () {
  'use strict';
  const meta = document.querySelector('meta[name="jk-now"]');
  // The browser's clock may be wrong; what counts is the server's, which dated the values.
  const skewMs = meta ? Number(meta.content) - Date.now() : 0;
  const all = new Set();

  function words(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) return s + ' s';
    if (s < 3600) return Math.floor(s / 60) + ' min';
    if (s < 172800) return Math.floor(s / 3600) + ' h';
    return Math.floor(s / 86400) + ' d';
  }

  class Age extends HTMLElement {
    static observedAttributes = ['at', 'period'];
    connectedCallback() { all.add(this); this.tick(); }
    disconnectedCallback() { all.delete(this); }
    attributeChangedCallback() { if (this.isConnected) this.tick(); }

    tick() {
      const at = Number(this.getAttribute('at'));
      const period = Number(this.getAttribute('period'));
      const known = at > 0;
      const age = Date.now() + skewMs - at;
      const text = known ? words(age) + (this.hasAttribute('ago') ? ' ago' : '') : this.getAttribute('never') || 'never';
      if (this.textContent !== text) this.textContent = text;
      const stale = !known || (period > 0 && age > 3 * period);
      this.toggleAttribute('stale', stale);
      const holder = this.hasAttribute('marks') ? this.closest('[data-fresh]') : null;
      if (holder) holder.toggleAttribute('stale', stale);
    }
  }

  customElements.define('jk-age', Age);
  setInterval(() => { for (const age of all) age.tick(); }, 1000);
})();
