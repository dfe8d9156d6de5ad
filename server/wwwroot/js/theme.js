// Light or dark before the first paint. The choice (system, light, dark) is remembered; "system" follows the system live.
(function () {
  'use strict';
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const choices = ['system', 'light', 'dark'];

  function remembered() {
    try { const kept = localStorage.getItem('jk-theme'); return choices.includes(kept) ? kept : 'system'; } catch { return 'system'; }
  }

  function apply(choice) {
    root.dataset.choice = choice;
    root.dataset.theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
    dispatchEvent(new CustomEvent('jk-theme'));
  }

  apply(remembered());
  dark.addEventListener('change', () => apply(root.dataset.choice));
  document.addEventListener('click', event => {
    if (!event.target.closest('[data-theme-switch]')) return;
    const next = choices[(choices.indexOf(root.dataset.choice) + 1) % choices.length];
    try { localStorage.setItem('jk-theme', next); } catch { /* private mode: the choice lasts as long as the page */ }
    apply(next);
  });
})();
