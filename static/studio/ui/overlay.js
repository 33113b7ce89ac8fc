// An overlay over the whole page (viewer, editor) has its own entry in the browser's history: Back closes it, and the page below
// stays. history.state.overlays: the number of open overlays.

const open = []; // the topmost last
const leaving = []; // callbacks that wait until their entry is removed
const depth = () => history.state?.overlays ?? 0;

/** Resolves at once; after a reload with an open overlay, once its history entry is removed. */
export const settled = depth() ? goBack(-depth()) : Promise.resolve();

// Registered before any other listener, because the page must not react to overlays' entries.
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

function goBack(steps) {
  return new Promise((resolve) => {
    leaving.push(resolve);
    history.go(steps);
  });
}

const push = () => history.pushState({ ...history.state, overlays: open.length }, "");

/**
 * Registers an overlay. `onBack()` closes it; if it returns false, it stays open. Returns a function to call when it was closed
 * by other means, which resolves once its history entry is removed.
 */
export function overlay(onBack) {
  const mine = { onBack };
  open.push(mine);
  push();
  return function leave() {
    const at = open.indexOf(mine);
    if (at < 0) return Promise.resolve();
    const above = open.splice(at).length;
    return goBack(-above);
  };
}

/**
 * Shows a modal dialog as an overlay: it closes by itself, by a click beside it, or by Back. `holder`: the element around it, which
 * is removed with it. Resolves once that is removed, and its history entry too.
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
