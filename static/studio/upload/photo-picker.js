// "Add a photo", and on a phone "Take a photo". The buttons, each with its file input.

import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { ACCEPTED } from "./photo-file.js";
import { t } from "../ui/translate.js";

const TOUCH = matchMedia("(pointer: coarse)"); // elsewhere the "camera" button would open the same file dialog

/** `take(files)`: at least one. `labelled`: with words beside the icons. */
export function photoPicker({ take, title = t("Add a photo"), labelled = false }) {
  const parts = [...way("photo", title, { multiple: true })];
  if (TOUCH.matches) parts.push(...way("camera", t("Take a photo"), { capture: "environment" }));
  return parts;

  function way(picture, title, attributes) {
    const input = h("input", { type: "file", accept: ACCEPTED, hidden: true, "aria-label": t("Photo"), ...attributes });
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // so that choosing the same file again fires "change"
      if (files.length) take(files);
    });
    const words = labelled ? [h("span.label", {}, title)] : [];
    const onclick = () => input.click();
    return [h("button.quiet", { type: "button", title, "aria-label": title, onclick }, icon(picture), ...words), input];
  }
}
