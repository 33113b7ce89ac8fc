// Where somebody is in the gallery: kept in the entry of the browser's history, so that Back and a reload lead there again.

const KEEP_MS = 200;

history.scrollRestoration = "manual"; // the browser would scroll before the pictures are there

/** {count, id, top, focused}: how many cards there were, the first one that was seen and where, the one with the focus. */
export const placeHere = () => history.state?.place ?? null;

/** `grid`: of gallery cards, each in an item. Returns how to keep the place now. */
export function keepPlace(grid) {
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    if (history.state?.overlays) return; // the place is that of the page under it
    history.replaceState({ ...history.state, place: placeOf(grid) }, "");
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_MS);
  };
  window.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("pagehide", keep);
  grid.addEventListener("focusin", soon);
  return keep;
}

function placeOf(grid) {
  const cards = [...grid.querySelectorAll("gallery-card")];
  const first = cards.find((card) => card.getBoundingClientRect().bottom > 0);
  const focused = document.activeElement.closest?.("gallery-card")?.image.id ?? null;
  return { count: cards.length, id: first?.image.id ?? null, top: first?.getBoundingClientRect().top ?? 0, y: scrollY, focused };
}

/** Once so many cards are there again. */
export function returnTo(grid, { id, top, y, focused }) {
  const card = cardOf(grid, id);
  if (card) scrollBy(0, card.getBoundingClientRect().top - top);
  else scrollTo(0, y);
  cardOf(grid, focused)?.querySelector("button")?.focus({ preventScroll: true });
}

export const cardOf = (grid, id) => [...grid.querySelectorAll("gallery-card")].find((card) => card.image.id === id) ?? null;
