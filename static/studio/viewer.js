// One picture, as large as the window allows; what it was made from and what was made of it; what can be done to it.

import { stopComparing } from "./compare-slider.js";
import { downloadLink } from "./download.js";
import { ask, h, picture, pictureUrl, setAttribute, setText } from "./dom.js";
import { icon } from "./icons.js";
import "./lineage-strip.js";
import "./quick-actions.js";

let open = null; // the viewer that is on the screen

/**
 * `image`: a picture's public form; `wordsOf(image)` describe it and others of its line; `varies(image)`: can it be made
 * again here? The viewer closes before it asks: "edit" {image}, or what quick actions ask.
 */
export function look(image, { wordsOf, varies }) {
  if (!pictureUrl(image.url)) return;
  open = h("picture-viewer");
  document.body.append(open);
  open.open(image, { wordsOf, varies });
}

/** A picture that is hidden or deleted leaves at once, from here too, and from wherever it is compared with another. */
export function stopLooking(imageId) {
  stopComparing(imageId);
  if (open?.image.id === imageId) open.close();
  else open?.refresh();
}

const button = (what, label, onclick) =>
  h(`button.quiet.${what}`, { type: "button", title: label, onclick }, icon(what), h("span.label", {}, label));

class PictureViewer extends HTMLElement {
  image = null;
  #source = null; // the picture that it was made from, once that is known
  #dialog = h("dialog.viewer", { "aria-label": "Picture" });
  #stage = h("div.stage");
  #strip = h("lineage-strip");
  #words = h("p.words", { dir: "auto" });
  #spoken = h("p.unseen", { role: "status" });
  #actions = h("quick-actions");
  #compare = button("compare", "Compare", () => this.#turn(this.#compare.getAttribute("aria-pressed") === "false"));
  #download = h("span");

  open(image, { wordsOf, varies }) {
    Object.assign(this, { wordsOf, varies });
    const close = () => this.close();
    const edit = button("edit", "Edit from here", () => ask(this.#words, "edit", { image: this.image }));
    const shut = button("close", "Close", close);
    const buttons = h("div.buttons", {}, this.#compare, edit, this.#download, shut);
    const dialog = this.#dialog;
    dialog.append(this.#stage, this.#strip, h("div.below", {}, this.#words, this.#actions, buttons), this.#spoken);
    dialog.addEventListener("click", ({ target }) => [dialog, this.#stage].includes(target) && this.close());
    dialog.addEventListener("ask", close, true);
    dialog.addEventListener("close", () => this.#closed());
    this.#strip.addEventListener("choose", ({ detail }) => this.#show(detail.image));
    this.append(dialog);
    dialog.showModal();
    this.#show(image);
    shut.focus();
  }

  close() {
    this.#dialog.close();
  }

  #show(image) {
    const words = this.wordsOf(image);
    if (this.image) setText(this.#spoken, `Now looking at: ${words}`);
    this.image = image;
    this.#source = null;
    this.#compare.disabled = true;
    this.#turn(false);
    setText(this.#words, words);
    setAttribute(this.#words, "title", words);
    this.#download.replaceChildren(downloadLink(pictureUrl(image.url)));
    this.#actions.show(image, this.varies(image));
    this.refresh();
  }

  /** The line of the picture, as it is now. */
  async refresh() {
    const { image } = this;
    const source = await this.#strip.show(image, this.wordsOf);
    if (this.image !== image) return;
    this.#source = source;
    this.#compare.disabled = !source;
  }

  /** To the comparison with what it was made from, or back to the picture alone. */
  #turn(comparing) {
    const { image } = this;
    setAttribute(this.#compare, "aria-pressed", String(comparing));
    const { width, height } = image;
    this.#stage.style.setProperty("--w", width);
    this.#stage.style.setProperty("--h", height);
    if (comparing) {
      const slider = h("compare-slider", { ongone: () => this.#turn(false) });
      this.#stage.replaceChildren(slider);
      slider.show(this.#source, image);
      return;
    }
    const alone = { src: pictureUrl(image.url), alt: this.wordsOf(image), width, height, onclick: () => this.close() };
    this.#stage.replaceChildren(picture("img", alone));
  }

  #closed() {
    this.remove();
    if (open === this) open = null;
  }
}

customElements.define("picture-viewer", PictureViewer);
