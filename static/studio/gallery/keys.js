// The grid by keyboard: one tab stop, arrows from picture to picture, Tab to the picture's buttons.

const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 };
const DOWNWARDS = { ArrowUp: -1, ArrowDown: 1 };

/** `doing(what, position)` carries out what a key means. */
export function byKeyboard(root, grid, doing) {
  root.addEventListener("keydown", (event) => {
    const position = grid.focused;
    if (position < 0 || event.defaultPrevented || event.altKey || event.target.closest("[role=menu], .lent")) return;
    const to = target(event, grid, position);
    if (to !== null) {
      if (event.shiftKey) doing("extend", to, position);
      grid.focus(to);
    } else if (!other(event, doing, position)) return;
    event.preventDefault();
  });
}

function target({ key, ctrlKey, metaKey }, grid, position) {
  const last = grid.timeline.count - 1;
  if (key === "Home" || key === "End") return key === "Home" ? 0 : last;
  if (ctrlKey || metaKey) return null;
  if (key in SIDEWAYS) return Math.max(0, Math.min(last, position + SIDEWAYS[key]));
  if (!(key in DOWNWARDS)) return null;
  const place = grid.layout.beside(grid.timeline.locate(position), DOWNWARDS[key]);
  return place && grid.timeline.days[place.day].first + place.index;
}

/** Returns whether the key means something. */
function other({ key, ctrlKey, metaKey, shiftKey }, doing, position) {
  if (ctrlKey || metaKey) return key.toLowerCase() === "a" && doing("all", position);
  if (key === " ") return doing(shiftKey ? "extend" : "select", position);
  if (key === "Delete") return doing("delete", position);
  if (key === "ContextMenu" || (key === "F10" && shiftKey)) return doing("menu", position);
  return false;
}
