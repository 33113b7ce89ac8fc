// Many controls, one tab stop: arrows go from one to the next, Home and End to the first and the last.

const MOVES = { ArrowRight: 1, ArrowLeft: -1 };

/** `container`: has all of its controls already; the first of them can always be seen. */
export function rove(container) {
  stop(container, controls(container)[0]);
  container.addEventListener("focusin", ({ target }) => {
    if (controls(container).includes(target)) stop(container, target);
  });
  // Whoever comes back begins with the first: what else was reached may not be there at another width.
  container.addEventListener("focusout", ({ relatedTarget }) => {
    if (!container.contains(relatedTarget)) stop(container, controls(container)[0]);
  });
  container.addEventListener("keydown", (event) => move(event, container));
}

/** Not those of a menu: it moves by itself. */
const controls = (container) =>
  [...container.querySelectorAll("button, a[href]")].filter((control) => !control.closest("[role=menu]"));

function stop(container, here) {
  for (const control of controls(container)) control.tabIndex = control === here ? 0 : -1;
}

function move(event, container) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (event.defaultPrevented || ctrlKey || metaKey || altKey || shiftKey || event.target.closest("[role=menu]")) return;
  const seen = controls(container).filter((control) => control.checkVisibility() && !control.disabled);
  const at = seen.indexOf(event.target);
  if (at < 0) return;
  let to = null;
  if (key in MOVES) to = seen.at((at + MOVES[key]) % seen.length);
  else if (key === "Home" || key === "End") to = seen.at(key === "Home" ? 0 : -1);
  if (!to) return;
  event.preventDefault();
  to.focus();
}
