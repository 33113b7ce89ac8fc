// The windows over the page, in which a picture is looked at, adjusted, painted over, or saved in another form. No page shows one
// of them at first, so each is fetched when it is first opened, or when the page has had time to come to rest.

import "../ui/overlay.js"; // with the page: after a reload it takes away what a window left in the history
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

let viewer = null; // once it is here
let opening = false; // one at a time, also while it is being fetched

async function open(name, show) {
  if (opening) return null;
  opening = true;
  const part = await FETCHES[name]()
    .catch(() => { throw new Error("The studio does not answer. Try again in a moment."); })
    .finally(() => { opening = false; });
  if (name === "viewer") viewer = part;
  return show(part);
}

/** What each answers with stands where it is written. */
export const look = (image, about) => open("viewer", (part) => part.look(image, about));
export const adjustByHand = (image) => open("editor", (part) => part.adjustByHand(image));
export const exportPicture = (image, words) => open("exports", (part) => part.exportPicture(image, words));
export const sharePicture = (image) => open("sharing", (part) => part.sharePicture(image));
export const showDetails = (image) => open("details", (part) => part.showDetails(image));
export const showOrigin = (image, wordsOf) => open("origin", (part) => part.showOrigin(image, wordsOf));
export const paintObject = (image) => open("brush", (part) => part.paintObject(image));
export const paintPart = (image) => open("brush", (part) => part.paintPart(image));

/** A picture that is hidden or deleted leaves at once, from here too, and from wherever it is compared with another. */
export function stopLooking(imageId) {
  stopComparing(imageId);
  viewer?.stopLooking(imageId);
}

window.addEventListener("load", () => setTimeout(() => Object.values(FETCHES).forEach((fetch) => fetch().catch(() => {})), RESTED_MS));
