// The dialog to choose pictures of the gallery for the next message, the newest first.

import { h, picture, pictureUrl, setAttribute } from "../ui/dom.js";
import { plural, t } from "../ui/translate.js";
import { nameOf } from "../picture/labels.js";
import * as rest from "../client/rest.js";

const PAGE = 48;

/** Resolves with up to `most` pictures in the order of their selection; with none if cancelled. */
export function choosePictures(most) {
  return new Promise((resolve) => {
    const chosen = new Map(); // id → picture
    let next = null;
    const list = h("div.choose", { role: "group", "aria-label": t("Your pictures") });
    const more = h("button.quiet", { type: "button", hidden: true, onclick: () => load() }, t("Show more"));
    const said = h("p.note", { role: "status" });
    const add = h("button.primary", { value: "yes", disabled: true });
    const buttons = h("div.buttons", {}, h("button", { type: "button", onclick: () => element.close() }, t("Cancel")), add);
    const title = h("h2", { id: "choose-title" }, t("Add from the gallery"));
    const element = h("dialog.choosing", { "aria-labelledby": "choose-title" }, h("form", { method: "dialog" }, title, said, list, more, buttons));

    function follow() {
      const { size } = chosen;
      add.textContent = size ? plural(size, "Add {count} picture", "Add {count} pictures") : t("Add");
      add.disabled = !size;
      [...list.children].forEach((button) => {
        const at = [...chosen.keys()].indexOf(button.dataset.id);
        setAttribute(button, "aria-pressed", String(at >= 0));
        button.disabled = at < 0 && size >= most;
      });
    }

    function choose(image) {
      if (!chosen.delete(image.id)) chosen.set(image.id, image);
      follow();
    }

    function thumb(image) {
      const name = nameOf(image);
      const attributes = { type: "button", title: name, "aria-label": name, "aria-pressed": "false", "data-id": image.id, onclick: () => choose(image) };
      return h("button.thumb", attributes, picture("img", { src: pictureUrl(image.thumbnail_url), alt: "" }));
    }

    async function load() {
      more.disabled = true;
      try {
        const found = await rest.gallery.page(false, { cursor: next }, PAGE);
        next = found.next;
        list.append(...found.items.filter((image) => pictureUrl(image.thumbnail_url)).map(thumb));
        said.textContent = list.childElementCount ? "" : t("Your gallery is empty.");
      } catch (problem) {
        said.textContent = problem.message;
      }
      more.disabled = false;
      more.hidden = !next;
      follow();
    }

    element.addEventListener("click", (event) => event.target === element && element.close());
    element.addEventListener("close", () => {
      resolve(element.returnValue === "yes" ? [...chosen.values()] : []);
      element.remove();
    });
    document.body.append(element);
    follow();
    element.showModal();
    load();
  });
}
