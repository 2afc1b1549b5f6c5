// Keys and the small things of the frame that need no server. Pages add their own keys; see KeyHelp.razor for the list.
(function () {
  const places = { h: '', a: 'approvals', r: 'runs', m: 'mail', g: 'agents', c: 'context', s: 'settings' };
  // Never yet: zero would make every letter of the first second and a half a place to go to.
  let waitingForPlace = -Infinity;

  const typing = target => target instanceof HTMLElement
    && (target.isContentEditable || target.matches('input, textarea, select') || target.closest('.monaco-editor') !== null);
  const visit = path => window.Blazor?.navigateTo ? Blazor.navigateTo(path) : location.assign(path);

  function show(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    document.querySelectorAll('dialog.frame-dialog[open]').forEach(open => open.close());
    dialog.showModal();
    const field = dialog.querySelector('input');
    if (field) {
      field.value = '';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
    }
  }

  document.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      show('palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') { event.preventDefault(); show('key-help'); return; }
    if (event.key === '/') { event.preventDefault(); show('palette'); return; }
    // "g" then a letter goes to a room; the letter counts for 1.5 s.
    if (performance.now() - waitingForPlace < 1500 && event.key in places && document.querySelector('.rail')) {
      waitingForPlace = -Infinity;
      event.preventDefault();
      event.stopImmediatePropagation();
      visit(places[event.key]);
      return;
    }
    waitingForPlace = event.key === 'g' ? performance.now() : -Infinity;
  }, true);

  document.addEventListener('click', event => {
    const target = event.target instanceof Element ? event.target.closest('[data-do]') : null;
    if (target) {
      const [what, value] = target.dataset.do.split(':');
      if (what === 'open') show(value);
      if (what === 'close') target.closest('dialog')?.close();
      if (what === 'theme') bizqRemember('bizq-theme', value === 'system' ? null : value);
      if (what === 'rail') bizqRemember('bizq-rail', document.documentElement.dataset.rail === 'icons' ? null : 'icons');
      if (what === 'skip') { event.preventDefault(); (document.querySelector('main h1') ?? document.querySelector('main'))?.focus(); }
      if (what === 'copy') navigator.clipboard?.writeText(document.getElementById(value)?.textContent ?? '');
      if (what === 'reload') location.reload();
    }
    // A click beside an open dialog closes it, as people expect of a palette.
    if (event.target instanceof HTMLDialogElement && event.target.classList.contains('frame-dialog')) event.target.close();
    // Leaving by a link or button in a menu closes the menu.
    if (event.target instanceof Element) event.target.closest('[popover] a, [popover] button[type=submit]')?.closest('[popover]')?.hidePopover();
  });

  // A form that takes its time says so; the page that answers it brings the button back.
  document.addEventListener('submit', event => {
    const button = event.target.querySelector('[data-busy]');
    if (!button) return;
    setTimeout(() => {
      button.disabled = true;
      button.setAttribute('aria-busy', 'true');
      button.textContent = button.dataset.busy;
    }, 0);
  });

  window.bizqFrame = {
    close: id => document.getElementById(id)?.close(),
    show: id => document.getElementById(id)?.scrollIntoView({ block: 'center' }),
  };
})();
