// The windows over the page: viewer, editor, export, brush and so on. Their modules are fetched when first opened, or some time
// after the page is loaded.

import "../ui/overlay.js"; // early: after a reload it removes the history entries of windows that were open
import { unreachable } from "../client/problem.js";
import { stopComparing } from "../ui/compare-slider.js";

const RESTED_MS = 3000;
const FETCHES = {
  viewer: () => import("./viewer.js"),
  editor: () => import("../edit/photo-editor.js"),
  exports: () => import("../edit/export-dialog.js"),
  brush: () => import("../mask/mask-brush.js"),
  sharing: () => import("./share-dialog.js"),
  origin: () => import("./origin.js"),
  details: () => import("./details.js"),
};

let viewer = null; // its module, once loaded
let opening = false; // one at a time, also while its module is being fetched

async function open(name, show) {
  if (opening) return null;
  opening = true;
  const part = await FETCHES[name]()
    .catch(() => { throw unreachable(); })
    .finally(() => { opening = false; });
  if (name === "viewer") viewer = part;
  return show(part);
}

/** For results see their modules. */
export const look = (image, about) => open("viewer", (part) => part.look(image, about));
export const adjustByHand = (image) => open("editor", (part) => part.adjustByHand(image));
export const exportPicture = (image, words) => open("exports", (part) => part.exportPicture(image, words));
export const sharePicture = (image) => open("sharing", (part) => part.sharePicture(image));
export const showDetails = (image) => open("details", (part) => part.showDetails(image));
export const showOrigin = (image, wordsOf) => open("origin", (part) => part.showOrigin(image, wordsOf));
export const paintObject = (image) => open("brush", (part) => part.paintObject(image));
export const paintPart = (image) => open("brush", (part) => part.paintPart(image));

/** Removes a hidden or deleted picture from the viewer and from comparisons. */
export function stopLooking(imageId) {
  stopComparing(imageId);
  viewer?.stopLooking(imageId);
}

window.addEventListener("load", () => setTimeout(() => Object.values(FETCHES).forEach((fetch) => fetch().catch(() => {})), RESTED_MS));
