// A roving tabindex: one tab stop for many controls; arrows, Home and End move between them.

const MOVES = { ArrowRight: 1, ArrowLeft: -1 };

/** `container`: already has all of its controls; the first one is always visible. */
export function rove(container) {
  stop(container, controls(container)[0]);
  container.addEventListener("focusin", ({ target }) => {
    if (controls(container).includes(target)) stop(container, target);
  });
  // The next Tab begins with the first one: others may be hidden at another width.
  container.addEventListener("focusout", ({ relatedTarget }) => {
    if (!container.contains(relatedTarget)) stop(container, controls(container)[0]);
  });
  container.addEventListener("keydown", (event) => move(event, container));
}

/** Without those of a menu, which has its own keys. */
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
