// What the viewer and the slideshow need to know about the pictures of the grid.

import { nameOf } from "../picture/labels.js";
import { slideshow } from "./slideshow.js";

export function looking(grid, selection) {
  /** -1: not in the grid. */
  const positionOf = (image) => {
    const entry = grid.timeline.entry(image.id);
    return entry ? grid.timeline.positionOf(entry) : -1;
  };

  const about = {
    wordsOf: nameOf,
    varies: () => false, // offered only in the conversation
    pictures: (image) => grid.timeline.around(image.id).filter(({ url }) => url),
    place(image) {
      const position = positionOf(image);
      return position < 0 ? null : [position + 1, grid.timeline.count];
    },
    async more(by, image) {
      const at = positionOf(image);
      if (at < 0) return false;
      const [from, to] = by > 0 ? [at, at + 20] : [Math.max(0, at - 20), at];
      return (await grid.timeline.ensure(from, Math.min(to, grid.timeline.count))).length > 0;
    },
    closed(image) {
      const entry = grid.timeline.entry(image.id);
      if (!entry) return;
      const box = grid.cell(entry)?.getBoundingClientRect();
      const seen = box && box.bottom > 0 && box.top < innerHeight; // then the page stays where it was
      grid.focus(grid.timeline.positionOf(entry), { scrolls: !seen });
    },
  };

  /** The picture after or before it, or null. */
  async function beside(image, by) {
    const at = positionOf(image);
    const position = at < 0 ? -1 : at + by;
    if (position < 0 || position >= grid.timeline.count) return null;
    const [found] = await grid.timeline.ensure(position, position + 1);
    return found?.image?.url ? found.image : null;
  }

  /** Starts with the first selected picture, the focused one, or the first visible one. */
  async function showSlides() {
    const chosenFirst = selection.size ? grid.timeline.entry(selection.ids[0]) : null;
    const at = chosenFirst ? grid.timeline.positionOf(chosenFirst) : Math.max(grid.focused, grid.visible, 0);
    const [first] = await grid.timeline.ensure(at, at + 1);
    if (first?.image?.url) about.closed(await slideshow(first.image, beside));
  }

  return { about, showSlides };
}
