// Rubber-band selection with the mouse. It uses the layout, and so selects pictures that are not loaded yet, too.

import { h } from "../ui/dom.js";

const BEGINS_PX = 5;
const EDGE_PX = 60; // of the window, within which it scrolls
const PACE = 0.25; // of the distance into that edge, per frame

/** `root`: the grid's element; a drag may begin beside it, too. */
export function rubberBand(root, grid, selection) {
  const band = h("div.band", { "aria-hidden": "true" });
  let start = null; // {x, y} of the page
  let now = null; // of the window
  let before = []; // what was selected when it began
  let frame = 0;

  document.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType !== "mouse" || !isBackground(event.target, root)) return;
    start = { x: event.clientX + scrollX, y: event.clientY + scrollY };
    before = event.shiftKey || event.ctrlKey || event.metaKey ? selection.images : [];
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end, { once: true });
    window.addEventListener("keydown", cancel, true);
  });

  function move({ clientX, clientY }) {
    now = { x: clientX, y: clientY };
    if (!band.isConnected && Math.hypot(clientX + scrollX - start.x, clientY + scrollY - start.y) < BEGINS_PX) return;
    if (!band.isConnected) {
      document.body.append(band);
      getSelection().removeAllRanges();
      frame = requestAnimationFrame(autoScroll);
    }
    draw();
  }

  function autoScroll() {
    const over = Math.max(0, now.y - (innerHeight - EDGE_PX)) - Math.max(0, EDGE_PX - now.y);
    if (over) {
      scrollBy(0, over * PACE);
      draw();
    }
    frame = requestAnimationFrame(autoScroll);
  }

  function area() {
    const there = { x: now.x + scrollX, y: now.y + scrollY };
    return {
      left: Math.min(start.x, there.x), right: Math.max(start.x, there.x),
      top: Math.min(start.y, there.y), bottom: Math.max(start.y, there.y),
    };
  }

  function draw() {
    const { left, right, top, bottom } = area();
    Object.assign(band.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    const under = positions(root, grid, area());
    selection.set([...before, ...under.flatMap((position) => grid.timeline.at(position)?.image ?? [])]);
  }

  async function end() {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("keydown", cancel, true);
    cancelAnimationFrame(frame);
    const drawn = band.isConnected;
    band.remove();
    if (!drawn) return selection.clear();
    const under = positions(root, grid, area());
    if (!under.length) return null;
    const { cleared } = selection;
    await grid.timeline.ensure(under[0], under.at(-1) + 1);
    if (selection.cleared !== cleared) return null;
    return selection.set([...before, ...under.flatMap((position) => grid.timeline.at(position)?.image ?? [])]);
  }

  function cancel(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    selection.set(before);
    window.removeEventListener("pointerup", end);
    now = start && { x: -1, y: -1 };
    window.removeEventListener("pointermove", move);
    window.removeEventListener("keydown", cancel, true);
    cancelAnimationFrame(frame);
    band.remove();
  }
}

const isBackground = (target, root) =>
  (target === document.documentElement || target === document.body || target.closest("main")) &&
  (!root.contains(target) || target === root || target.matches(".day, .boxes, .head")) &&
  !target.closest("button, a, input, select, label, form, photo-tray, dialog, .chosen, .done");

/** The positions of the boxes that it touches, in order. */
function positions(root, { layout, timeline }, { left, right, top, bottom }) {
  const ground = root.getBoundingClientRect();
  const [x, y] = [ground.left + scrollX, ground.top + scrollY];
  const found = [];
  for (const { day, row } of layout.between(top - y, bottom - y)) {
    if (row < 0) continue;
    for (let column = 0; column < layout.columns; column += 1) {
      const index = row * layout.columns + column;
      if (index >= timeline.days[day].items.length) break;
      const box = layout.box(day, index);
      const apart = box.left > right - x || box.left + box.width < left - x || box.top > bottom - y || box.top + box.height < top - y;
      if (!apart) found.push(timeline.days[day].first + index);
    }
  }
  return found;
}
