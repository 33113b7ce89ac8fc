// Selecting pictures: by click and shift, by a long press, by keyboard, and with a rubber band.

import { announce, notice } from "../ui/notice.js";
import { plural, t } from "../ui/translate.js";
import { MOST, Selection } from "./selection.js";
import { rubberBand } from "./rubber-band.js";

const LONG_MS = 500; // of a press
const STILL_PX = 10;

/** `root`: the grid's element. Returns {selection, choose, press}. */
export function choosing(root, grid) {
  const selection = new Selection();

  function show(cell) {
    if (cell.image) cell.selected = selection.has(cell.image.id);
  }

  /** Adds a range; pictures that are not known yet are loaded, and not added if the selection is cleared meanwhile. */
  async function add(one, other) {
    const { cleared } = selection;
    const [from, to] = [Math.min(one, other), Math.max(one, other) + 1];
    if (to - from > MOST) notice(t("At most {count} pictures are chosen at once.", { count: MOST }));
    const entries = await grid.timeline.ensure(from, Math.min(to, from + MOST));
    if (selection.cleared === cleared) selection.add(entries.flatMap(({ image }) => image ?? []));
  }

  async function choose(position, { range = false } = {}) {
    const entry = grid.timeline.at(position);
    if (!entry?.image) return;
    const anchor = range && selection.anchor && grid.timeline.entry(selection.anchor);
    if (anchor) await add(grid.timeline.positionOf(anchor), position);
    else selection.toggle(entry.image);
  }

  selection.addEventListener("changed", () => {
    for (const cell of grid.cells()) show(cell);
    root.toggleAttribute("data-choosing", selection.size > 0);
    announce(selection.size ? plural(selection.size, "{count} picture chosen", "{count} pictures chosen") : t("No picture chosen"));
  });
  grid.addEventListener("rendered", () => {
    for (const cell of grid.cells()) show(cell);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !selection.size || document.querySelector("dialog[open], :popover-open")) return;
    selection.clear();
  });
  longPress(root, (cell) => choose(grid.positionOf(cell)));
  rubberBand(root, grid, selection);

  return {
    selection,
    choose,
    /** A click on a picture: true if it selected something. */
    press(cell, { shiftKey, ctrlKey, metaKey }) {
      if (!(selection.size || shiftKey || ctrlKey || metaKey)) return false;
      choose(grid.positionOf(cell), { range: shiftKey });
      return true;
    },
    /** Extends the selection with Shift and an arrow key. */
    extend(to, from) {
      selection.anchor ??= grid.timeline.at(from)?.image?.id ?? null;
      return add(from, to);
    },
    all: () => add(0, grid.timeline.count - 1),
  };
}

/** The click at its end is ignored. */
function longPress(root, act) {
  let timer = 0;
  let start = null;
  let done = false;
  const end = () => clearTimeout(timer);
  root.addEventListener("pointerdown", ({ target, pointerType, clientX, clientY }) => {
    end();
    done = false;
    const cell = target.closest("gallery-card");
    if (!cell || pointerType === "mouse" || !target.closest(".open")) return;
    start = [clientX, clientY];
    timer = setTimeout(() => {
      done = true;
      act(cell);
    }, LONG_MS);
  });
  root.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (start && Math.hypot(clientX - start[0], clientY - start[1]) > STILL_PX) end();
  });
  for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, end);
  root.addEventListener("contextmenu", (event) => done && event.preventDefault());
  root.addEventListener("click", (event) => {
    if (!done) return;
    done = false;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}
