// A virtual grid: only the rows in or near the window are in the document.

import { h, setAttribute, setText } from "../ui/dom.js";
import { locale, t } from "../ui/translate.js";
import { Layout } from "./layout.js";

const AROUND_PX = 300; // above and below the window
const REST_MS = 60; // without scrolling, before pictures are loaded

const full = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** `root`: empty. `makeCell(entry)` → the element of an entry; `header`: covers the top of the window. */
export class Grid extends EventTarget {
  timeline = null;
  layout = new Layout([], 1);
  #root;
  #makeCell;
  #header;
  #days = new Map(); // date → its element
  #rows = new Map(); // "date row" → its element
  #cells = new Map(); // entry → its element
  #frame = 0;
  #rest = 0;
  #focusing = null; // the position that gets the focus once it is known
  #width = 0;
  #laid = ""; // the width and the counts that the layout was made for

  constructor(root, { makeCell, header }) {
    super();
    this.#root = root;
    this.#makeCell = makeCell;
    this.#header = header;
    window.addEventListener("scroll", () => this.#scheduleRender(), { passive: true });
    window.addEventListener("resize", () => this.#scheduleRender());
    new ResizeObserver(() => root.clientWidth !== this.#width && this.relayout()).observe(root);
    root.addEventListener("focusin", ({ target }) => this.#setTabStop(target.closest("[role=gridcell]")));
  }

  show(timeline) {
    this.timeline = timeline;
    this.#focusing = null;
    timeline.addEventListener("changed", () => timeline === this.timeline && this.relayout());
    this.#rows.forEach((row) => row.remove());
    this.#days.forEach((day) => day.remove());
    this.#laid = "";
    for (const known of [this.#rows, this.#days, this.#cells]) known.clear();
    this.relayout();
  }

  /** The element of an entry that is in the window or near, or null. */
  cell(entry) {
    const cell = this.#cells.get(entry);
    return cell?.isConnected ? cell : null;
  }

  *cells() {
    for (const cell of this.#cells.values()) if (cell.isConnected) yield cell;
  }

  // Scrolling

  /** The first visible place, {date, index, top}: `top` in px from the window's; null if the grid is empty. */
  get place() {
    const above = this.#top;
    const { layout, timeline } = this;
    if (!timeline?.count) return null;
    const seen = -above + this.#header.offsetHeight;
    const day = layout.dayAt(Math.max(0, seen));
    const row = Math.max(0, Math.ceil((seen - layout.top(day) - layout.rowTop(0)) / layout.pitch));
    const index = Math.min(row * layout.columns, timeline.days[day].items.length - 1);
    return { date: timeline.days[day].date, index, top: above + layout.box(day, index).top };
  }

  /** Scrolls back to a place; if that day is gone, to the one before. */
  goTo({ date, index, top }) {
    const day = this.timeline.days.findIndex((each) => each.date <= date);
    if (day < 0) return;
    const known = this.timeline.days[day];
    const box = this.layout.box(day, known.date === date ? Math.min(index, known.items.length - 1) : 0);
    window.scrollTo(0, scrollY + this.#top + box.top - top);
    this.render();
  }

  /** Scrolls as little as needed to show this position. */
  reveal(position) {
    const { day, index } = this.timeline.locate(position);
    const box = this.layout.box(day, index);
    const top = this.#top + box.top;
    const above = top - this.#header.offsetHeight - 8;
    const below = top + box.height - innerHeight + 8;
    if (above < 0) window.scrollBy(0, above);
    else if (below > 0) window.scrollBy(0, below);
    this.render();
  }

  /** Focuses the picture now, or as soon as it is loaded. */
  focus(position, { scrolls = true } = {}) {
    if (position < 0 || position >= this.timeline.count) return;
    if (scrolls) this.reveal(position);
    this.#focusing = position;
    this.render();
  }

  /** The position that has the focus, or -1. */
  get focused() {
    const cell = document.activeElement?.closest?.("[role=gridcell]");
    return cell && this.#root.contains(cell) ? this.positionOf(cell) : -1;
  }

  positionOf(cell) {
    if (cell.entry) return this.timeline.positionOf(cell.entry);
    const row = cell.parentElement;
    return Number(row.dataset.position) + [...row.children].indexOf(cell);
  }

  /** The position of the first visible picture, or -1. */
  get visible() {
    const { date, index } = this.place ?? {};
    const day = this.timeline.days.find((each) => each.date === date);
    return day ? day.first + index : -1;
  }

  // Laying out

  /** Keeps the scroll position, except at the top of the page. */
  relayout() {
    if (!this.timeline) return;
    const counts = this.timeline.days.map(({ items }) => items.length);
    const laid = `${this.#root.clientWidth} ${counts}`;
    if (laid === this.#laid) return this.render(); // only more pictures are known
    const place = this.#top < 0 ? this.place : null;
    const before = this.layout;
    this.#laid = laid;
    this.#width = this.#root.clientWidth;
    this.layout = new Layout(counts, this.#width);
    const { columns, width, picture, gaps, height, rows } = this.layout;
    this.#root.style.height = `${height}px`;
    const values = { "--columns": columns, "--wide": `${width}px`, "--picture": `${picture}px`, "--across": `${gaps.across}px` };
    for (const [name, value] of Object.entries(values)) this.#root.style.setProperty(name, value);
    setAttribute(this.#root, "aria-rowcount", rows);
    setAttribute(this.#root, "aria-colcount", columns);
    if (before.columns !== columns) {
      if (this.focused >= 0) this.#focusing = this.focused;
      this.#rows.forEach((row) => row.remove());
      this.#rows.clear();
    }
    if (place && before.height !== height) this.goTo(place);
    return this.render();
  }

  get #top() {
    return this.#root.getBoundingClientRect().top;
  }

  #scheduleRender() {
    this.#frame ||= requestAnimationFrame(() => this.render());
  }

  render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.timeline) return;
    const from = -this.#top;
    const wanted = this.layout.between(from - AROUND_PX, from + innerHeight + AROUND_PX);
    const active = document.activeElement;
    const focused = this.#root.contains(active) ? active.closest("[role=gridcell]")?.entry : null;
    this.#lay(this.#withFocus(wanted, focused));
    if (focused && !this.#root.contains(document.activeElement)) this.cell(focused)?.querySelector(".open, button")?.focus({ preventScroll: true });
    this.#giveFocus();
    this.#loadSoon(wanted);
    this.dispatchEvent(new Event("rendered"));
  }

  /** Keeps the row that has the focus. */
  #withFocus(wanted, entry) {
    const position = entry ? this.timeline.positionOf(entry) : -1;
    if (position < 0) return wanted;
    const { day, index } = this.timeline.locate(position);
    const row = Math.floor(index / this.layout.columns);
    if (wanted.some((each) => each.day === day && each.row === row)) return wanted;
    return [...wanted, { day, row }].sort((one, other) => one.day - other.day || one.row - other.row);
  }

  #lay(wanted) {
    const kept = new Set();
    const last = new Map(); // date → the row before
    let before = null;
    for (const { day: number, row } of wanted) {
      const day = this.timeline.days[number];
      const holder = this.#day(day, number);
      if (holder !== before) place(this.#root, holder, before);
      before = holder;
      const element = this.#row(day, number, row);
      place(holder, element, last.get(day.date) ?? null);
      last.set(day.date, element);
      kept.add(`${day.date} ${row}`);
      if (row >= 0) this.#fill(element, day, row);
    }
    this.#drop(this.#rows, (key) => kept.has(key));
    this.#drop(this.#days, (date) => last.has(date));
    for (const [entry, cell] of this.#cells) if (!cell.isConnected) this.#cells.delete(entry);
  }

  #drop(elements, stays) {
    for (const [key, element] of elements) {
      if (stays(key)) continue;
      element.remove();
      elements.delete(key);
    }
  }

  #day(day, number) {
    const made = this.#days.get(day.date) ?? h("div.day", { role: "rowgroup" });
    this.#days.set(day.date, made);
    made.style.top = `${this.layout.top(number)}px`;
    return made;
  }

  #row(day, number, row) {
    const key = `${day.date} ${row}`;
    const made = this.#rows.get(key) ?? (row < 0 ? this.#head(day) : h("div.boxes", { role: "row" }));
    this.#rows.set(key, made);
    setAttribute(made, "aria-rowindex", this.layout.number(number, row));
    if (row >= 0) {
      made.style.top = `${this.layout.rowTop(row)}px`;
      made.dataset.position = day.first + row * this.layout.columns;
    }
    return made;
  }

  #head({ date }) {
    const [year, month, day] = date.split("-").map(Number);
    const name = h("h2");
    setText(name, full.format(new Date(year, month - 1, day)));
    return h("div.head", { role: "row", "data-date": date }, h("div", { role: "rowheader" }, name));
  }

  #fill(element, { items }, row) {
    const first = row * this.layout.columns;
    const entries = Array.from({ length: Math.min(this.layout.columns, items.length - first) }, (_, i) => items[first + i]);
    entries.forEach((entry, i) => {
      const have = element.children[i];
      if (entry ? have && have.entry === entry : have && !have.entry) return;
      const cell = entry ? this.#cell(entry) : h("div.hole", { role: "gridcell", "aria-busy": "true", "aria-label": t("Being loaded") });
      if (have) have.replaceWith(cell);
      else element.append(cell);
    });
    while (element.children.length > entries.length) element.lastElementChild.remove();
  }

  #cell(entry) {
    const made = this.#cells.get(entry) ?? this.#makeCell(entry);
    made.entry = entry;
    this.#cells.set(entry, made);
    return made;
  }

  #loadSoon(wanted) {
    clearTimeout(this.#rest);
    const rows = wanted.filter(({ row }) => row >= 0);
    if (!rows.length) return;
    const { days } = this.timeline;
    const { columns } = this.layout;
    const [first, last] = [rows[0], rows.at(-1)];
    const from = days[first.day].first + first.row * columns;
    const to = days[last.day].first + Math.min(days[last.day].items.length, (last.row + 1) * columns);
    const { timeline } = this;
    this.#rest = setTimeout(() => timeline === this.timeline && timeline.want(from, to), REST_MS);
  }

  // A single tab stop

  #setTabStop(cell) {
    const open = cell?.querySelector(".open");
    if (!open) return;
    for (const other of this.#root.querySelectorAll('.open[tabindex="0"]')) if (other !== open) other.tabIndex = -1;
    open.tabIndex = 0;
  }

  #giveFocus() {
    if (this.#focusing !== null) {
      const entry = this.timeline.at(this.#focusing);
      const target = entry && this.cell(entry)?.querySelector(".open, button");
      if (target) {
        this.#focusing = null;
        target.focus({ preventScroll: true });
      }
    }
    if (!this.#root.querySelector('.open[tabindex="0"]')) this.#setTabStop(this.#root.querySelector(".open")?.closest("[role=gridcell]"));
  }
}

/** Inserts it as the first child, or right after `before`, unless it is there already. */
function place(parent, element, before) {
  const there = before ? before.nextSibling : parent.firstChild;
  if (there !== element) parent.insertBefore(element, there);
}
