// Keys of the list of runs: they move between the rows' boxes and press them, so that whatever they do a mouse does too.
export function listen(table) {
  const boxes = () => [...table.querySelectorAll("tbody input[type=checkbox]")];
  const current = () => document.activeElement?.closest?.("tbody tr")?.querySelector("input[type=checkbox]");
  let last = null;

  const press = (box, wanted) => { if (box.checked !== wanted) box.click(); };
  // From the box that was pressed before to this one, as this one is now.
  function range(box, wanted) {
    const all = boxes(), from = all.indexOf(last), to = all.indexOf(box);
    if (from < 0 || to < 0) return press(box, wanted);
    all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(one => press(one, wanted));
  }
  function move(step) {
    const all = boxes(), at = all.indexOf(current());
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.focus();
    next?.closest("tr").scrollIntoView({ block: "nearest" });
  }

  const heard = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable=true]");
    if (typing || (!table.contains(event.target) && event.target !== document.body && !event.target.closest?.("h1"))) return;
    const box = current(), key = event.key.toLowerCase();
    if (key === "j" || (key === "arrowdown" && box)) move(1);
    else if (key === "k" || (key === "arrowup" && box)) move(-1);
    else if (key === "x" && box) { event.shiftKey ? range(box, !box.checked) : box.click(); last = box; }
    else if (key === "enter" && box) box.closest("tr").querySelector("a")?.click();
    else return;
    event.preventDefault();
  };
  const clicked = event => {
    if (!event.target.matches?.("tbody input[type=checkbox]") || !event.isTrusted) return;
    if (event.shiftKey) range(event.target, event.target.checked);
    last = event.target;
  };
  document.addEventListener("keydown", heard);
  table.addEventListener("click", clicked);
  document.body.dataset.keys = "runs";
  return {
    stop: () => {
      document.removeEventListener("keydown", heard);
      delete document.body.dataset.keys;
    },
  };
}
