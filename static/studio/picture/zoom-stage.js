// A picture to look at closely: wheel, two fingers or a double click zoom around the pointer, dragging moves. Two pictures, one
// over the other, lie in the same place and zoom as one; the line between them is dragged, or moved as a slider.

import { h, pictureUrl, placeholderUrl, setAttribute } from "../ui/dom.js";
import { t } from "../ui/translate.js";

const ACTUAL = 1; // a pixel of the picture for one of the page
const CLOSEST = 8;
const MIDDLE = 50; // %
const MOVED_PX = 6; // from here on a press is no press any more
const SWIPE_PX = 60;
const PULL_PX = 90;
const DOUBLE_MS = 320;
const NEAR_PX = 28; // around the line between two pictures
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Events: "zoomed" {zoom}; "swiped" {by: 1 or -1}; "pulled" down; "beside", a press beside the picture; "broken".
 */
class ZoomStage extends HTMLElement {
  #size = null; // {width, height} of all there is, in pixels of the picture
  #sheets = []; // [{half, plane}]
  #zoom = 1; // pixels of the page for one of the picture
  #at = [0, 0]; // the picture's middle, from the stage's
  #fitted = true;
  #pointers = new Map(); // id → [x, y]
  #press = null; // {start, what: null | "line" | "pan" | "swipe" | "pull" | "pinch", type}
  #last = { time: 0, point: [0, 0] }; // the press before
  #range = null;

  connectedCallback() {
    if (this.#sheets.length) return;
    new ResizeObserver(() => this.#resized()).observe(this);
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.addEventListener(name, (event) => this.#point(event));
    }
    this.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** `image`: a picture's public form. */
  show(image, alt) {
    this.#lay(image, [["only", image, alt]]);
  }

  /**
   * `names`: {before, after}. The place and the zoom stay. Of one shape, they lie on each other whatever their sizes; of two,
   * a pixel of the one is as large as one of the other.
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

  /** `point`: of the page, around which; without one, the middle. */
  actual(point) {
    this.#glide(() => this.#zoomTo(ACTUAL, point));
  }

  zoomBy(factor, point) {
    this.#glide(() => this.#zoomTo(this.#zoom * factor, point));
  }

  /** Whole, or at 100 %; where the whole is that already, twice as large. */
  toggle(point) {
    if (!this.#fitted) this.fit();
    else if (this.#fit < ACTUAL * 0.95) this.actual(point);
    else this.zoomBy(2, point);
  }

  panBy(x, y) {
    this.#glide(() => this.#set(this.#zoom, [this.#at[0] + x, this.#at[1] + y]));
  }

  // Laying out

  #lay({ width, height }, pictures) {
    this.#size = { width, height };
    this.#range = null;
    this.#press = null;
    this.#sheets = pictures.map(([name, each, alt]) => this.#sheet(name, each, alt));
    this.replaceChildren(...this.#sheets.map(({ half }) => half));
    this.#set(this.#fit, [0, 0]);
  }

  #sheet(name, image, alt) {
    // "sync": zoomed, a large picture would be gone for as long as it is decoded again.
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

  /** What was there moves to where it is now. */
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

  // Pointers

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const pace = event.ctrlKey ? 0.01 : 0.0015; // a pinch on a touchpad comes as a wheel with Ctrl
    this.#zoomTo(this.#zoom * Math.exp(-event.deltaY * lines * pace), [event.clientX, event.clientY]);
  }

  #point(event) {
    const point = [event.clientX, event.clientY];
    if (event.type === "pointerdown") this.#down(event, point);
    else if (!this.#pointers.has(event.pointerId)) return;
    else if (event.type === "pointermove") this.#move(event, point);
    else this.#up(event, point);
  }

  #down(event, point) {
    if (event.button !== 0) return;
    this.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, point);
    if (this.#pointers.size > 1) {
      this.#rest();
      this.#press = { start: point, what: "pinch" };
      return;
    }
    const beside = !event.target.closest(".sheet");
    this.#press = { start: point, last: point, what: null, touch: event.pointerType !== "mouse", beside };
    if (this.comparing && (this.#fitted || this.#nearLine(point))) {
      this.#press.what = "line";
      this.focusLine();
    }
  }

  #nearLine([x]) {
    const { left, width } = this.getBoundingClientRect();
    return Math.abs(x - left - (width * Number(this.#range.value)) / 100) <= NEAR_PX;
  }

  #move(event, point) {
    const before = new Map(this.#pointers);
    this.#pointers.set(event.pointerId, point);
    const press = this.#press;
    if (!press) return;
    if (press.what === "pinch") return this.#pinch(before);
    const far = [point[0] - press.start[0], point[1] - press.start[1]];
    if (!press.moved && Math.hypot(...far) < MOVED_PX) return;
    press.moved = true;
    press.what ??= this.#meant(far, press.touch);
    if (press.what === "line") this.#drawLine(point);
    if (press.what === "pan") this.#set(this.#zoom, this.#at.map((at, i) => at + point[i] - press.last[i]));
    if (press.what === "swipe") this.style.setProperty("--pull", `${far[0]}px 0`);
    if (press.what === "pull") this.style.setProperty("--pull", `0 ${Math.max(0, far[1])}px`);
    press.last = point;
  }

  /** What somebody who moves the pointer so wants. */
  #meant([x, y], touch) {
    if (!this.#fitted) return "pan";
    if (!touch) return "nothing";
    if (Math.abs(x) > Math.abs(y)) return "swipe";
    return y > 0 ? "pull" : "nothing";
  }

  #drawLine([x]) {
    const { left, width } = this.getBoundingClientRect();
    this.#divide(((x - left) / width) * 100);
  }

  #pinch(before) {
    const [one, two] = [...this.#pointers.keys()];
    const measure = (points) => {
      const [a, b] = [points.get(one), points.get(two)];
      return { far: Math.hypot(a[0] - b[0], a[1] - b[1]) || 1, middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
    };
    const [was, is] = [measure(before), measure(this.#pointers)];
    this.#set(this.#zoom, this.#at.map((at, i) => at + is.middle[i] - was.middle[i]));
    this.#zoomTo((this.#zoom * is.far) / was.far, is.middle);
  }

  #up(event, point) {
    this.#pointers.delete(event.pointerId);
    const press = this.#press;
    if (!press || press.what === "pinch") {
      if (!this.#pointers.size) this.#press = null;
      return;
    }
    this.#press = null;
    this.#rest();
    if (event.type === "pointercancel") return;
    const [x, y] = [point[0] - press.start[0], point[1] - press.start[1]];
    if (!press.moved) this.#pressed(point, press);
    else if (press.what === "swipe" && Math.abs(x) > SWIPE_PX) this.#tell("swiped", { by: x < 0 ? 1 : -1 });
    else if (press.what === "pull" && y > PULL_PX) this.#tell("pulled");
  }

  #pressed(point, { what, beside }) {
    const now = performance.now();
    const near = Math.hypot(point[0] - this.#last.point[0], point[1] - this.#last.point[1]) < 4 * MOVED_PX;
    if (now - this.#last.time < DOUBLE_MS && near) {
      this.#last = { time: 0, point };
      return this.toggle(point);
    }
    this.#last = { time: now, point };
    if (what === "line") return this.#drawLine(point);
    if (beside && this.#fitted) this.#tell("beside");
  }

  /** Nothing hangs on a finger any more. */
  #rest() {
    this.style.removeProperty("--pull");
  }

  #tell(what, detail = {}) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

const sameShape = (one, other) => Math.abs((one.width / one.height / other.width) * other.height - 1) < 0.01;

customElements.define("zoom-stage", ZoomStage);
