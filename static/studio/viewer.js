// One picture, as large as the window allows.

import { downloadLink } from "./download.js";
import { h, pictureUrl } from "./dom.js";
import { icon } from "./icons.js";

let open = null; // {imageId, element}

/** `image`: the public form; `words` describe it; `onEdit` adds a button. */
export function look({ image, words, onEdit }) {
  const url = pictureUrl(image.url);
  if (!url) return;
  const element = h("dialog.viewer", { "aria-label": "Picture" });
  const close = () => element.close();
  const edit = () => {
    close();
    onEdit();
  };
  element.append(
    h("img", { src: url, alt: words, width: image.width, height: image.height, onclick: close }),
    h("div.buttons", {},
      h("p", { dir: "auto" }, words),
      h("button.quiet", { type: "button", onclick: edit }, icon("edit"), "Edit this"),
      downloadLink(url),
      h("button.quiet", { type: "button", autofocus: true, onclick: close }, icon("close"), "Close")),
  );
  element.addEventListener("click", (event) => event.target === element && close());
  element.addEventListener("close", () => {
    element.remove();
    open = null;
  });
  document.body.append(element);
  element.showModal();
  open = { imageId: image.id, element };
}

/** A picture that is hidden or deleted leaves at once, from here too. */
export function stopLooking(imageId) {
  if (open?.imageId === imageId) open.element.close();
}
