// The layout of the grid: days one below the other, their pictures in rows of equal boxes. Computed from the numbers of pictures
// alone, so that nothing moves when they are loaded.

const NARROW = 540; // px of the grid; CSS has 560 of the window
const BOX = { width: 240, shape: 3 / 4, line: 42 }; // at least this wide; the line below has the title
const WIDE_GAPS = { across: 20, down: 24 };
const NARROW_GAPS = { across: 12, down: 12 };
export const HEAD = 52; // px, of a day's heading

export class Layout {
  height = 0;
  #days = []; // {top, rows, row}: `row` counts rows and heads before it

  /** `counts`: of each day's pictures; `width`: px. */
  constructor(counts, width) {
    const narrow = width <= NARROW;
    this.gaps = narrow ? NARROW_GAPS : WIDE_GAPS;
    const { across, down } = this.gaps;
    this.columns = narrow ? 2 : Math.max(1, Math.floor((width + across) / (BOX.width + across)));
    this.width = (width - across * (this.columns - 1)) / this.columns;
    this.picture = Math.round(this.width * BOX.shape);
    this.pitch = this.picture + BOX.line + down;
    this.counts = counts;
    this.rows = 0;
    for (const count of counts) {
      const rows = Math.ceil(count / this.columns);
      this.#days.push({ top: this.height, rows, row: this.rows });
      this.height += HEAD + rows * this.pitch;
      this.rows += rows + 1;
    }
  }

  top(day) {
    return this.#days[day].top;
  }

  /** Of a row, from the day's top. */
  rowTop(row) {
    return HEAD + row * this.pitch;
  }

  /** Its number among all rows and heads, from 1. */
  number(day, row) {
    return this.#days[day].row + row + 2;
  }

  /** The day that lies at this height. */
  dayAt(y) {
    let [low, high] = [0, this.#days.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#days[middle].top <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** [{day, row}] that lie between these heights, the day's name being row -1. */
  between(top, bottom) {
    const found = [];
    if (bottom <= 0) return found;
    for (let day = this.dayAt(top); day < this.#days.length && this.#days[day].top < bottom; day += 1) {
      const inside = top - this.#days[day].top - HEAD;
      if (inside < 0) found.push({ day, row: -1 });
      const first = Math.max(0, Math.floor(inside / this.pitch));
      const last = Math.min(this.#days[day].rows - 1, Math.floor((bottom - this.#days[day].top - HEAD) / this.pitch));
      for (let row = first; row <= last; row += 1) found.push({ day, row });
    }
    return found;
  }

  /** {left, top, width, height} of a box, without the gaps. */
  box(day, index) {
    const { columns, width, gaps, pitch } = this;
    const top = this.top(day) + this.rowTop(Math.floor(index / columns));
    return { left: (index % columns) * (width + gaps.across), top, width, height: pitch - gaps.down };
  }

  /** The place above (-1) or below (1), {day, index}; null at the end. */
  beside({ day, index }, by) {
    const column = index % this.columns;
    const row = Math.floor(index / this.columns) + by;
    if (row >= 0 && row < this.#days[day].rows) return this.#nearest(day, row, column);
    const other = this.#days[day + by];
    return other ? this.#nearest(day + by, by > 0 ? 0 : other.rows - 1, column) : null;
  }

  #nearest(day, row, column) {
    return { day, index: Math.min(this.counts[day] - 1, row * this.columns + column) };
  }
}
