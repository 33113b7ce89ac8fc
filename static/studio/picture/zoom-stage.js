// A zoomable picture: wheel, pinch and double click zoom around the pointer, dragging pans. Two pictures to compare lie one over
// the other and zoom as one; the line between them is dragged, or moved as a slider.

import { h, pictureUrl, placeholderUrl, setAttribute } from "../ui/dom.js";
import { t } from "../ui/translate.js";
import { Gestures } from "./gestures.js";

const ACTUAL = 1; // a pixel of the picture per CSS pixel
const CLOSEST = 8;
const MIDDLE = 50; // %
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Events: "zoomed" {zoom}; "swiped" {by: 1 or -1}; "pulled" down; "beside", a press beside the picture; "broken".
 */
class ZoomStage extends HTMLElement {
  #size = null; // {width, height} of everything shown, in pixels of the picture
  #sheets = []; // [{half, plane}]
  #zoom = 1; // CSS pixels per pixel of the picture
  #at = [0, 0]; // the offset of the picture's centre from the stage's
  #fitted = true;
  #gestures = null;
  #range = null;

  connectedCallback() {
    if (this.#gestures) return;
    new ResizeObserver(() => this.#resized()).observe(this);
    this.#gestures = new Gestures(this, {
      pan: (by) => this.#pan(by),
      zoomTo: (zoom, point) => this.#zoomTo(zoom, point),
      lineX: () => this.#lineX(),
      divideAt: (x) => this.#divideAt(x),
      tell: (what, detail) => this.#tell(what, detail),
    });
  }

  /** `image`: a picture's public form. */
  show(image, alt) {
    this.#lay(image, [["only", image, alt]]);
  }

  /**
   * `names`: {before, after}. Zoom and position stay. Pictures of the same proportions cover each other whatever their sizes;
   * others are shown at the same scale.
   */
  compare(before, after, names) {
    const { zoom } = this;
    const [fitted, at] = [this.#fitted, this.#at];
    const size = sameShape(before, after)
      ? after
      : { width: Math.max(before.width, after.width), height: Math.max(before.height, after.height) };
    this.#lay(size, [["after", after, names.after], ["before", before, names.before]]);
    const range = (this.#range = h("input.between", {
      type: "range", min: 0, max: 100, value: MIDDLE, "aria-label": t("Before and after"), title: t("Before and after"),
    }));
    range.addEventListener("input", () => this.#divide(Number(range.value)));
    this.append(
      h("i.line", { "aria-hidden": "true" }), range,
      ...["before", "after"].map((name) => h(`span.tag.${name}-tag`, { "aria-hidden": "true", dir: "auto" }, names[name])),
    );
    this.#divide(MIDDLE);
    if (!fitted) this.#set(zoom, at);
  }

  get comparing() {
    return Boolean(this.#range);
  }

  focusLine() {
    this.#range?.focus({ preventScroll: true });
  }

  get zoom() {
    return this.#zoom;
  }

  get fitted() {
    return this.#fitted;
  }

  fit() {
    this.#glide(() => this.#set(this.#fit, [0, 0]));
  }

  /** `point`: of the window, around which to zoom; without one, the centre. */
  actual(point) {
    this.#glide(() => this.#zoomTo(ACTUAL, point));
  }

  zoomBy(factor, point) {
    this.#glide(() => this.#zoomTo(this.#zoom * factor, point));
  }

  /** Between fitted and 100 %; if fitted is 100 % already, twice as large. */
  toggle(point) {
    if (!this.#fitted) this.fit();
    else if (this.#fit < ACTUAL * 0.95) this.actual(point);
    else this.zoomBy(2, point);
  }

  panBy(x, y) {
    this.#glide(() => this.#pan([x, y]));
  }

  // Laying out

  #lay({ width, height }, pictures) {
    this.#size = { width, height };
    this.#range = null;
    this.#gestures.forget();
    this.#sheets = pictures.map(([name, each, alt]) => this.#sheet(name, each, alt));
    this.replaceChildren(...this.#sheets.map(({ half }) => half));
    this.#set(this.#fit, [0, 0]);
  }

  #sheet(name, image, alt) {
    // "sync": a large picture would disappear while it is decoded again for the zoom.
    const img = h("img", { alt, draggable: "false", decoding: "sync", src: pictureUrl(image.url) });
    const sheet = h("div.sheet", {}, img);
    const small = pictureUrl(image.thumbnail_url) ?? placeholderUrl(image.placeholder);
    if (small) sheet.style.backgroundImage = `url("${small}")`;
    const plane = h("div.plane", {}, sheet);
    const fills = sameShape(image, this.#size);
    sheet.style.width = fills ? "100%" : `${(image.width / this.#size.width) * 100}%`;
    sheet.style.height = fills ? "100%" : `${(image.height / this.#size.height) * 100}%`;
    img.decode().then(() => {
      img.classList.add("loaded");
      sheet.style.backgroundImage = "";
    }, () => img.isConnected && this.#tell("broken"));
    return { half: h(`div.half.${name}`, {}, plane), plane };
  }

  get #fit() {
    const { width, height } = this.#size;
    return Math.min(this.clientWidth / width, this.clientHeight / height, ACTUAL) || ACTUAL;
  }

  #resized() {
    if (!this.#size) return;
    if (this.#fitted) this.#set(this.#fit, [0, 0]);
    else this.#set(Math.max(this.#zoom, this.#fit), this.#at);
  }

  #zoomTo(zoom, point) {
    const next = Math.max(this.#fit, Math.min(Math.max(CLOSEST, this.#fit), zoom));
    const { left, top, width, height } = this.getBoundingClientRect();
    const around = point ? [point[0] - left - width / 2, point[1] - top - height / 2] : [0, 0];
    this.#set(next, this.#at.map((at, i) => around[i] - ((around[i] - at) * next) / this.#zoom));
  }

  #pan(by) {
    this.#set(this.#zoom, this.#at.map((at, i) => at + by[i]));
  }

  #set(zoom, at) {
    const { width, height } = this.#size;
    const before = this.#zoom;
    this.#zoom = zoom;
    this.#fitted = zoom <= this.#fit * 1.001;
    const room = [width * zoom - this.clientWidth, height * zoom - this.clientHeight].map((px) => Math.max(0, px / 2));
    this.#at = at.map((px, i) => Math.max(-room[i], Math.min(room[i], px)));
    this.toggleAttribute("data-movable", room.some(Boolean));
    for (const { plane } of this.#sheets) {
      plane.style.width = `${width * zoom}px`;
      plane.style.height = `${height * zoom}px`;
      plane.style.translate = this.#at.map((px) => `calc(-50% + ${px}px)`).join(" ");
    }
    if (before !== zoom) this.#tell("zoomed", { zoom });
  }

  /** Animates from the state before `change` to the one after. */
  #glide(change) {
    const from = this.#sheets.map(({ plane }) => plane.getBoundingClientRect());
    change();
    if (STILL.matches) return;
    this.#sheets.forEach(({ plane }, i) => {
      const to = plane.getBoundingClientRect();
      if (!to.width || !from[i].width) return;
      const [x, y] = [from[i].x + from[i].width / 2 - to.x - to.width / 2, from[i].y + from[i].height / 2 - to.y - to.height / 2];
      const transform = [`translate(${x}px, ${y}px) scale(${from[i].width / to.width})`, "none"];
      plane.animate({ transform }, { duration: 160, easing: "ease-out" });
    });
  }

  #divide(percent) {
    const value = Math.max(0, Math.min(100, percent));
    this.#range.value = value;
    this.style.setProperty("--at", `${value}%`);
    const rounded = Math.round(value);
    setAttribute(this.#range, "aria-valuetext", t("{before}% before, {after}% after", { before: rounded, after: 100 - rounded }));
  }

  /** Where the line between two pictures is, in the window. */
  #lineX() {
    const { left, width } = this.getBoundingClientRect();
    return left + (width * Number(this.#range.value)) / 100;
  }

  #divideAt(x) {
    const { left, width } = this.getBoundingClientRect();
    this.#divide(((x - left) / width) * 100);
  }

  #tell(what, detail = {}) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

const sameShape = (one, other) => Math.abs((one.width / one.height / other.width) * other.height - 1) < 0.01;

customElements.define("zoom-stage", ZoomStage);
