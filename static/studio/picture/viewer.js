// The viewer: one picture in the whole window, with zoom; the pictures before and after it; its line, also for comparison; its actions.

import { exportPicture } from "../edit/export-dialog.js";
import { downloadLink } from "../ui/download.js";
import { h, pictureUrl, setAttribute, setText, setWords } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { overlay } from "../ui/overlay.js";
import { t } from "../ui/translate.js";
import "./lineage-strip.js";
import "./quick-actions.js";
import { showOrigin } from "./origin.js";
import { sharePicture } from "./share-dialog.js";
import "./zoom-stage.js";

const STEP = 1.25; // of the zoom, by key or button
const PAN_PX = 60;
const SPEAK_MS = 400; // after the last change
const PANS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const TURNS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 };
const HELP = t("Left and right arrows show the picture before and after; Page up and Page down do so too while it is enlarged, when arrows move it. Plus and minus zoom, 0 shows all of it, 1 shows it at 100 percent, C compares it, Escape closes.");

let open = null; // the open viewer

/**
 * `image`: a picture's public form; `wordsOf(image)` describes it and others of its line; `varies(image)`: whether variations can
 * be made here; `pictures(image)`: the loaded pictures around it, in order; `more(by, image)` loads more after or before it, and
 * resolves with whether there are any; `place(image)`: [number, of how many], if not its place among `pictures`; `closed(image)`: called
 * with the last one shown. The viewer closes before it asks "edit" {image}, or a quick action.
 */
export function look(image, about) {
  if (!pictureUrl(image.url)) return;
  open = h("picture-viewer");
  document.body.append(open);
  open.open(image, about);
}

export function stopLooking(imageId) {
  open?.forget(imageId);
}

const button = (what, label, onclick, attributes = {}) =>
  h(`button.quiet.${what}`, { type: "button", title: label, "aria-label": label, onclick, ...attributes },
    icon(what), h("span.label", {}, label));

class PictureViewer extends HTMLElement {
  image = null;
  #about = null;
  #here = null; // the last one shown that is in the list
  #line = { ancestors: [], children: [] };
  #with = null; // the picture that it is compared with
  #leave = null;
  #after = null; // what is asked once the viewer is closed
  #speaking = 0;
  #seen = false; // whether a picture has been shown before
  #dialog = h("dialog.viewer", { "aria-label": t("Picture"), "aria-describedby": "viewer-help" });
  #stage = h("zoom-stage");
  #strip = h("lineage-strip");
  #words = h("p.words", { dir: "auto" });
  #position = h("span.position");
  #spoken = h("p.unseen", { role: "status" });
  #actions = h("quick-actions");
  #out = button("out", t("Zoom out"), () => this.#stage.zoomBy(1 / STEP));
  #in = button("in", t("Zoom in"), () => this.#stage.zoomBy(STEP));
  #percent = h("button.quiet.percent", { type: "button", onclick: () => this.#stage.toggle() });
  #previous = button("previous", t("Previous picture"), () => this.#go(-1));
  #next = button("next", t("Next picture"), () => this.#go(1));
  #compare = button("compare", t("Compare"), () => this.#compareWith(this.#with ? null : this.#candidates()[0]?.image));
  #choice = h("select.with", { "aria-label": t("Compare with"), hidden: true });
  #download = h("span");
  #origin = button("branch", t("Where does this come from?"), () => this.#showOrigin(), { hidden: true });

  open(image, about) {
    this.#about = { pictures: () => [image], more: async () => false, closed: () => {}, place: null, ...about };
    const edit = button("edit", t("Edit from here"), () => this.#ask({ what: "edit", image: this.image }));
    const save = button("save", t("Export…"), () => exportPicture(this.image, this.#about.wordsOf(this.image)));
    const share = button("share", t("Share…"), () => this.#share());
    const shut = button("close", t("Close"), () => this.close());
    const zooms = h("span.zooms", { role: "group", "aria-label": t("Zoom") }, this.#out, this.#percent, this.#in);
    const dialog = this.#dialog;
    dialog.append(
      h("div.head", {}, this.#words, this.#position, zooms, shut),
      h("div.middle", {}, this.#previous, this.#stage, this.#next, this.#choice),
      h("div.origins", {}, this.#strip, this.#origin),
      h("div.below", {}, this.#actions, h("div.buttons", {}, this.#compare, edit, this.#download, save, share)),
      this.#spoken, h("p.unseen", { id: "viewer-help" }, HELP),
    );
    this.#listen();
    this.append(dialog);
    dialog.showModal();
    this.#leave = overlay(() => this.close());
    this.#show(image);
    shut.focus();
  }

  close() {
    this.#dialog.close();
  }

  /** A picture was hidden or deleted. */
  forget(imageId) {
    if (this.image.id === imageId) return this.close();
    if (this.#with?.id === imageId) this.#compareWith(null);
    return this.#refresh();
  }

  #listen() {
    const dialog = this.#dialog;
    const stage = this.#stage;
    dialog.addEventListener("cancel", (event) => {
      if (!this.#with) return;
      event.preventDefault(); // Esc ends the comparison first
      this.#compareWith(null);
      this.#compare.focus();
    });
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("ask", (event) => {
      event.stopPropagation();
      this.#ask(event.detail);
    }, true);
    dialog.addEventListener("close", () => this.#closed());
    stage.addEventListener("zoomed", () => this.#zoomed());
    stage.addEventListener("swiped", ({ detail }) => this.#go(detail.by));
    for (const leaves of ["pulled", "beside"]) stage.addEventListener(leaves, () => this.close());
    stage.addEventListener("broken", () => this.#say(t("The picture could not be loaded.")));
    this.#strip.addEventListener("choose", ({ detail }) => this.#show(detail.image));
    this.#choice.addEventListener("change", () =>
      this.#compareWith(this.#candidates().find(({ image }) => image.id === this.#choice.value)?.image ?? null));
  }

  #show(image) {
    const { wordsOf, varies } = this.#about;
    const words = wordsOf(image);
    this.image = image;
    this.#with = null;
    this.#line = { ancestors: [], children: [] };
    this.#stage.show(image, words);
    this.#showZoom();
    setWords(this.#words, words);
    setAttribute(this.#words, "title", words);
    this.#download.replaceChildren(downloadLink(pictureUrl(image.url)));
    this.#actions.show(image, varies(image));
    this.#showPlace(words);
    this.#showCompare();
    this.#refresh();
  }

  /** Its place in the list; pictures of its line need not be in it. */
  #showPlace(words) {
    const pictures = this.#about.pictures(this.image);
    const at = pictures.findIndex(({ id }) => id === this.image.id);
    if (at >= 0) this.#here = this.image;
    const [which, all] = (at >= 0 && this.#about.place?.(this.image)) || [at + 1, pictures.length];
    const place = at >= 0 && all > 1 ? t("{number} of {count}", { number: which, count: all }) : "";
    setText(this.#position, place);
    setAttribute(this.#previous, "aria-disabled", String(at >= 0 ? which <= 1 : !this.#neighbour(-1)));
    setAttribute(this.#next, "aria-disabled", String(at >= 0 ? which >= all : !this.#neighbour(1)));
    if (this.#seen) setText(this.#spoken, place ? t("Picture {place}: {words}", { place, words }) : t("Now looking at: {words}", { words }));
    this.#seen = true;
    for (const by of [1, -1]) new Image().src = pictureUrl(this.#neighbour(by)?.url) ?? "data:,";
  }

  #neighbour(by) {
    const pictures = this.#here ? this.#about.pictures(this.#here) : [];
    const at = pictures.findIndex(({ id }) => id === this.#here.id);
    if (at < 0) return null;
    const there = pictures[at + by] ?? null;
    return this.image.id === this.#here.id ? there : pictures[at];
  }

  async #go(by) {
    const from = this.image;
    if (!this.#neighbour(by) && this.#here) await this.#about.more(by, this.#here);
    if (this.image !== from) return;
    const image = this.#neighbour(by);
    if (image) this.#show(image);
    else this.#say(by > 0 ? t("This is the last picture.") : t("This is the first picture."));
  }

  /** Loads the picture's line. */
  async #refresh() {
    const { image } = this;
    const line = await this.#strip.show(image, this.#about.wordsOf);
    if (this.image !== image || !line) return;
    this.#line = line;
    this.#origin.hidden = line.ancestors.length + line.children.length === 0;
    this.#showCompare();
  }

  // Two pictures

  /** The pictures to compare with, the default first: [{image, label}]. */
  #candidates() {
    const { ancestors, children } = this.#line;
    const { wordsOf } = this.#about;
    const all = [...ancestors, this.image, ...children];
    const parent = ancestors.at(-1);
    const named = all.map((image, i) => {
      if (i === 0 && ancestors.length && !image.parent_id) return { image, label: t("The original") };
      return { image, label: image === parent ? t("The one before") : t("Version {number}: {words}", { number: i + 1, words: wordsOf(image) }) };
    });
    const shown = named.filter(({ image }) => image.state === "shown" && image.id !== this.image.id);
    const usual = shown.find(({ image }) => image === parent) ?? shown.find(({ label }) => label === t("The original"));
    return usual ? [usual, ...shown.filter((one) => one !== usual)] : [];
  }

  #compareWith(image) {
    const { zoom, fitted } = this.#stage;
    const began = image && !this.#with;
    this.#with = image ?? null;
    const words = this.#about.wordsOf(this.image);
    if (image) {
      const { label } = this.#candidates().find((one) => one.image === image);
      this.#stage.compare(image, this.image, { before: label.split(":")[0], after: t("This one") });
      this.#say(t("Comparing with: {label}", { label }));
      if (began) this.#stage.focusLine();
    } else {
      this.#stage.show(this.image, words);
      if (!fitted) this.#stage.zoomBy(zoom / this.#stage.zoom);
    }
    this.#showCompare();
  }

  #showCompare() {
    const candidates = this.#candidates();
    this.#compare.disabled = !candidates.length;
    setAttribute(this.#compare, "aria-pressed", String(Boolean(this.#with)));
    const hadFocus = document.activeElement === this.#choice;
    this.#choice.hidden = !this.#with || candidates.length < 2;
    this.#stage.toggleAttribute("data-chosen", !this.#choice.hidden);
    if (hadFocus && this.#choice.hidden) this.#compare.focus();
    this.#choice.replaceChildren(...candidates.map(({ image, label }) =>
      h("option", { value: image.id, selected: image === this.#with }, label)));
  }

  // Keys, zoom, words

  #key(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    const { target } = event;
    const slides = target.matches("input") && (key in PANS || key in TURNS); // the comparison's slider
    if (event.defaultPrevented || ctrlKey || metaKey || altKey || slides || target.closest("select, [role=menu]")) return;
    const stage = this.#stage;
    if (!stage.fitted && key in PANS) stage.panBy(...PANS[key].map((by) => by * PAN_PX));
    else if (key in TURNS) this.#go(TURNS[key]);
    else if (key === "+" || key === "=") stage.zoomBy(STEP);
    else if (key === "-" || key === "−") stage.zoomBy(1 / STEP);
    else if (key === "0") stage.fit();
    else if (key === "1") stage.actual();
    else if (key.toLowerCase() === "c" && !this.#compare.disabled) this.#compare.click();
    else return;
    event.preventDefault();
  }

  #zoomed() {
    this.#showZoom();
    if (this.#seen) this.#say(t("Zoom {percent}", { percent: this.#percent.textContent }), SPEAK_MS);
  }

  async #showOrigin() {
    const asked = await showOrigin(this.image, this.#about.wordsOf);
    if (asked) asked.what === "look" ? this.#show(asked.image) : this.#ask(asked);
  }

  /** Shows the picture again if its addresses have changed. */
  async #share() {
    const renewed = await sharePicture(this.image);
    if (renewed?.id === this.image.id) this.#show(renewed);
  }

  #showZoom() {
    const percent = `${Math.round(this.#stage.zoom * 100)} %`;
    setText(this.#percent, percent);
    const next = this.#stage.fitted ? t("Show it at 100 %") : t("Show all of it");
    setAttribute(this.#percent, "aria-label", t("Zoom {percent}. {next}", { percent, next }));
    setAttribute(this.#percent, "title", next);
  }

  #say(words, after = 0) {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => setText(this.#spoken, words), after);
  }

  #ask(detail) {
    this.#after = detail;
    this.close();
  }

  async #closed() {
    clearTimeout(this.#speaking);
    if (open === this) open = null;
    this.remove();
    await this.#leave();
    this.#about.closed(this.image);
    const detail = this.#after;
    if (detail) document.body.dispatchEvent(new CustomEvent("ask", { bubbles: true, detail }));
  }
}

customElements.define("picture-viewer", PictureViewer);
