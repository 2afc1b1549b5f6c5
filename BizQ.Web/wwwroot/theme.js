// Picks the colour scheme before the first paint: what this browser chose, else what its system says.
(function () {
  const root = document.documentElement;
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const read = key => { try { return localStorage.getItem(key); } catch { return null; } };
  const apply = () => {
    const chosen = read('bizq-theme');
    root.dataset.theme = chosen === 'dark' || chosen === 'light' ? chosen : system.matches ? 'dark' : 'light';
    root.dataset.themeChoice = chosen === 'dark' || chosen === 'light' ? chosen : 'system';
    root.dataset.rail = read('bizq-rail') === 'icons' ? 'icons' : 'wide';
  };
  system.addEventListener('change', apply);
  window.addEventListener('storage', apply);
  window.bizqRemember = (key, value) => {
    try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* private window: this page only */ }
    apply();
  };
  apply();
})();
