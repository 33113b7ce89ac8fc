// Thumbnails are decoded before they are shown, and only a few are shown per frame, so that scrolling stays smooth.

import { h } from "../ui/dom.js";

const IN_A_FRAME = 3;
const decoded = [];

/** An img that gets the class "loaded" in its turn. */
export function thumbnail(attributes) {
  const img = h("img", { decoding: "async", draggable: "false", ...attributes });
  const queue = () => decoded.push(img) === 1 && requestAnimationFrame(showSome);
  img.addEventListener("load", () => img.decode().then(queue, queue));
  return img;
}

function showSome() {
  for (const img of decoded.splice(0, IN_A_FRAME)) img.classList.add("loaded");
  if (decoded.length) requestAnimationFrame(showSome);
}
