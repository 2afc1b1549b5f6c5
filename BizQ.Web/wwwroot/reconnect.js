// What to do when the connection to the server comes and goes.
const dialog = document.getElementById('components-reconnect-modal');
const retry = document.getElementById('reconnect-retry');

async function tryNow() {
  document.removeEventListener('visibilitychange', tryWhenSeen);
  try {
    // False: the server was reached but knows this page no longer (it was restarted); only a reload helps.
    if (!await Blazor.reconnect() && !await (Blazor.resumeCircuit?.() ?? false)) location.reload();
  } catch {
    document.addEventListener('visibilitychange', tryWhenSeen);
  }
}

function tryWhenSeen() {
  if (document.visibilityState === 'visible') tryNow();
}

dialog?.addEventListener('components-reconnect-state-changed', event => {
  const state = event.detail.state;
  if (state === 'show' && !dialog.open) dialog.showModal();
  if (state === 'hide') dialog.close();
  if (state === 'failed') document.addEventListener('visibilitychange', tryWhenSeen);
  if (state === 'rejected') location.reload();
});
dialog?.addEventListener('cancel', event => event.preventDefault());
retry?.addEventListener('click', tryNow);
