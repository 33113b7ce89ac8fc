// What lies over the whole page (a viewer, an editor) has an entry of its own in the browser's history: Back takes it away and
// leaves the page under it where it was. history.state.overlays: how many lie there.

const open = []; // the topmost last
const leaving = []; // those who wait for their entry to be gone
const depth = () => history.state?.overlays ?? 0;

/** Resolves at once, or after a reload with something over the page: once the page itself is what the address means again. */
export const settled = depth() ? gone(-depth()) : Promise.resolve();

// Before any other listener: to the page nothing has happened.
window.addEventListener("popstate", (event) => {
  if (leaving.length) {
    leaving.shift()();
    return event.stopImmediatePropagation();
  }
  const left = open.splice(depth());
  if (!left.length) return;
  event.stopImmediatePropagation();
  for (const overlay of left.reverse()) {
    if (overlay.onBack() !== false) continue;
    open.push(overlay);
    push();
  }
});

function gone(steps) {
  return new Promise((resolve) => {
    leaving.push(resolve);
    history.go(steps);
  });
}

const push = () => history.pushState({ ...history.state, overlays: open.length }, "");

/**
 * Something has been laid over the page. `onBack()` takes it away; false: it stays. Returns how to say that it is gone by
 * other means: that resolves once the address is free for something else.
 */
export function overlay(onBack) {
  const mine = { onBack };
  open.push(mine);
  push();
  return function leave() {
    const at = open.indexOf(mine);
    if (at < 0) return Promise.resolve();
    const above = open.splice(at).length;
    return gone(-above);
  };
}

/**
 * A modal dialog over the page, until it is closed: by itself, by a press beside it, or by Back. `holder`: the element that
 * it is put into and that goes with it. Resolves once that is gone and the address is free.
 */
export async function modal(dialog, holder = null) {
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  (holder ?? document.body).append(dialog);
  dialog.showModal();
  const leave = overlay(() => dialog.close());
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  (holder ?? dialog).remove();
  await leave();
}
