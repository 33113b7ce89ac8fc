// The dialog with a picture's line as a graph: what it was made from, and what was made from it. Each picture can be opened, or
// edited in a new branch.

import * as rest from "../client/rest.js";
import { makerOf } from "./makers.js";
import { h, picture, pictureUrl, setAttribute, setText } from "../ui/dom.js";
import { modal } from "../ui/overlay.js";
import { locale, plural, t } from "../ui/translate.js";

const CELL = 132; // pixels, of a thumbnail with its gap
const THUMB = 96;
const SVG = "http://www.w3.org/2000/svg";

/**
 * `image`: a picture's public form; `wordsOf(image)` describe it and others of its line. Resolves once the dialog is closed: with
 * null, or with the chosen action, {what: "look" | "edit", image}.
 */
export function showOrigin(image, wordsOf) {
  const dialog = h("origin-graph");
  document.body.append(dialog);
  return new Promise((resolve) => dialog.open({ image, wordsOf, resolve }));
}

class OriginGraph extends HTMLElement {
  #answer = null;
  #chosen = null;
  #graph = h("ol.graph");
  #status = h("p.said", { role: "status" }, "…");
  #look = this.#act("look", t("Look at it"));
  #branch = this.#act("edit", t("Start a new branch from it"));
  #dialog = h("dialog.origin", { "aria-labelledby": "origin-title" });

  async open({ image, wordsOf, resolve }) {
    Object.assign(this, { image, wordsOf });
    const dialog = this.#dialog;
    const close = h("button", { type: "button", onclick: () => dialog.close() }, t("Close"));
    dialog.append(h("h2", { id: "origin-title" }, t("Where does this come from?")),
      h("div.scroll", { tabindex: 0, role: "group", "aria-labelledby": "origin-title" }, this.#graph),
      this.#status, h("div.buttons", {}, this.#look, this.#branch, close));
    modal(dialog, this).then(() => resolve(this.#answer));
    try {
      this.#show(await rest.gallery.family(image.id));
    } catch (problem) {
      setText(this.#status, problem.message);
    }
  }

  #act(what, words) {
    const onclick = () => {
      this.#answer = { what, image: this.#chosen };
      this.#dialog.close();
    };
    return h("button", { type: "button", disabled: true, onclick }, words);
  }

  #show({ pictures, made_from: edges }) {
    const places = placed(pictures, edges);
    const size = (name) => (1 + Math.max(...[...places.values()].map((place) => place[name]))) * CELL;
    this.#graph.style.width = `${size("column")}px`;
    this.#graph.style.height = `${size("row")}px`;
    const numbers = new Map(pictures.map(({ id }, i) => [id, i + 1]));
    const items = pictures.map((each) => {
      const sources = edges.filter(({ id }) => id === each.id).map(({ source_id }) => numbers.get(source_id));
      return this.#item(each, places.get(each.id), numbers.get(each.id), sources);
    });
    this.#graph.replaceChildren(h("li.lines", { "aria-hidden": "true" }, lines(edges, places)), ...items);
    const here = pictures.find(({ id }) => id === this.image.id);
    if (here) this.#choose(here);
    this.#graph.querySelector("[aria-current]")?.scrollIntoView({ block: "center", inline: "center" });
    this.#graph.querySelector("[aria-current]")?.focus();
  }

  #item(image, place, number, sources) {
    const item = h("li", {}, this.#node(image, number, sources));
    item.style.left = `${place.column * CELL}px`;
    item.style.top = `${place.row * CELL}px`;
    return item;
  }

  #node(image, number, sources) {
    const url = pictureUrl(image.thumbnail_url);
    const words = url ? this.wordsOf(image) : image.state === "hidden" ? t("A hidden picture") : t("A deleted picture");
    const values = { number, words, sources: new Intl.ListFormat(locale).format(sources.map(String)) };
    const from = (count) =>
      plural(count, "Picture {number}: {words}, from picture {sources}", "Picture {number}: {words}, from pictures {sources}", values);
    const name = sources.length ? from(sources.length) : t("Picture {number}: {words}", values);
    if (!url) return h("span.gap", { role: "img", "aria-label": name, title: name });
    const attributes = { type: "button", "aria-label": name, title: words, "data-image": image.id, "aria-pressed": "false",
      "aria-current": image.id === this.image.id, onclick: () => this.#choose(image) };
    return h("button.thumb", attributes, picture("img", { src: url, alt: "", loading: "lazy" }));
  }

  #choose(image) {
    this.#chosen = image;
    for (const node of this.#graph.querySelectorAll("[data-image]")) {
      setAttribute(node, "aria-pressed", String(node.dataset.image === image.id));
    }
    this.#look.disabled = this.#branch.disabled = !pictureUrl(image.url);
    const time = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(image.created_at));
    setText(this.#status, image.provider
      ? t("{words}: made {time} by {provider}", { words: this.wordsOf(image), time, provider: makerOf(image.provider) })
      : t("{words}: added {time}", { words: this.wordsOf(image), time }));
  }
}

customElements.define("origin-graph", OriginGraph);

/** Column: the longest distance from a picture without sources. Row: that of its topmost source, or the next free one. */
function placed(pictures, edges) {
  const places = new Map();
  const taken = new Set();
  for (const { id } of pictures) { // oldest first: sources come before what is made from them
    const sources = edges.filter((edge) => edge.id === id).map(({ source_id }) => places.get(source_id)).filter(Boolean);
    const column = sources.length ? 1 + Math.max(...sources.map((place) => place.column)) : 0;
    let row = sources.length ? Math.min(...sources.map((place) => place.row)) : 0;
    while (taken.has(`${column} ${row}`)) row += 1;
    taken.add(`${column} ${row}`);
    places.set(id, { column, row });
  }
  return places;
}

function lines(edges, places) {
  const svg = document.createElementNS(SVG, "svg");
  for (const { id, source_id } of edges) {
    const [from, to] = [places.get(source_id), places.get(id)];
    const [x1, y1] = [from.column * CELL + THUMB, from.row * CELL + THUMB / 2];
    const [x2, y2] = [to.column * CELL, to.row * CELL + THUMB / 2];
    const bend = (x1 + x2) / 2;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`);
    svg.append(path);
  }
  return svg;
}
