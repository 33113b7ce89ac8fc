// A line that is shown for a while, and announcements for screen readers only.

import { h } from "./dom.js";

const SHOWN_MS = 7_000;
let timer = 0;

/** Shows a sentence at the foot of the page; screen readers announce it. */
export function notice(text) {
  const place = document.querySelector("#notice");
  clearTimeout(timer);
  place.replaceChildren(h("p", {}, text));
  timer = setTimeout(() => place.replaceChildren(), SHOWN_MS);
}

/** Each announcement is a node of its own, so that the same words are read again. */
export function announce(text) {
  if (!text) return;
  const place = document.querySelector("#announcer");
  if (place.lastElementChild?.textContent === text && Date.now() - Number(place.lastElementChild.dataset.at) < 1_000) {
    return; // four variations that reach a stage together
  }
  const line = h("p", {}, text);
  line.dataset.at = Date.now();
  place.append(line);
  while (place.childElementCount > 4) place.firstElementChild.remove();
}
