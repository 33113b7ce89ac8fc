// Stores the scroll position in the history entry, so that Back and a reload return to it.

const KEEP_MS = 200;

history.scrollRestoration = "manual"; // the browser would scroll before the grid has its height

/** {date, index, top, focused}: see `Grid.place`; `focused`: {date, index} of the picture with the focus, or null. */
export const placeHere = () => history.state?.place ?? null;

/** Returns a function that stores the place now. */
export function keepPlace(grid) {
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    if (history.state?.overlays) return; // the entry of an overlay has no place
    history.replaceState({ ...history.state, place: placeOf(grid) }, "");
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_MS);
  };
  window.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("pagehide", keep);
  document.addEventListener("focusin", soon);
  return keep;
}

function placeOf(grid) {
  if (!grid.place) return null;
  const focused = grid.focused;
  return { ...grid.place, y: scrollY, focused: focused < 0 ? null : placeAt(grid.timeline, focused) };
}

function placeAt(timeline, position) {
  const { day, index } = timeline.locate(position);
  return { date: timeline.days[day].date, index };
}

/** Call it once the grid has its days. */
export function returnTo(grid, { focused, y, ...place }) {
  if (y > 0) grid.goTo(place);
  const day = focused && grid.timeline.days.find(({ date }) => date === focused.date);
  if (day) grid.focus(day.first + Math.min(focused.index, day.items.length - 1), { scrolls: false });
}
