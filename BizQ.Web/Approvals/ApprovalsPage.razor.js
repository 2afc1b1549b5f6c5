// Keys of the approvals page. None fires while somebody types, with a modifier, or while a dialog is open.
export function listen(page) {
  const heard = event => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" ? false : typing || !"jkear".includes(event.key)) return;
    if (event.key !== "Escape") event.preventDefault();
    page.invokeMethodAsync("OnKey", event.key);
  };
  document.addEventListener("keydown", heard);
  // Tells whoever looks (the tests do) that keys are heard now.
  document.body.dataset.keys = "approvals";
  return {
    stop: () => {
      document.removeEventListener("keydown", heard);
      delete document.body.dataset.keys;
    },
  };
}
