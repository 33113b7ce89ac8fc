// The viewer's gestures by mouse, touch and wheel: zoom, pan, swipe, pull down, move the comparison's line.

const MOVED_PX = 6; // beyond it a press becomes a drag
const SWIPE_PX = 60;
const PULL_PX = 90;
const DOUBLE_MS = 320;
const NEAR_PX = 28; // around the line between two pictures

const minus = (one, other) => [one[0] - other[0], one[1] - other[1]];

/** For a `<zoom-stage>`, whose events it dispatches. */
export class Gestures {
  #stage;
  #acts;
  #pointers = new Map(); // id → [x, y]
  #press = null; // {start, last, what: null | "line" | "pan" | "swipe" | "pull" | "pinch" | "nothing", touch, beside}
  #last = { time: 0, point: [0, 0] }; // the press before

  /** `acts`: {pan([x, y]), zoomTo(zoom, point), lineX(), divideAt(x), tell(what, detail)}, without animation. */
  constructor(stage, acts) {
    this.#stage = stage;
    this.#acts = acts;
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      stage.addEventListener(name, (event) => this.#point(event));
    }
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** Drops a gesture that began on the picture before. */
  forget() {
    this.#press = null;
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const pace = event.ctrlKey ? 0.01 : 0.0015; // a pinch on a touchpad comes as a wheel with Ctrl
    this.#acts.zoomTo(this.#stage.zoom * Math.exp(-event.deltaY * lines * pace), [event.clientX, event.clientY]);
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
    this.#stage.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, point);
    if (this.#pointers.size > 1) {
      this.#endPull();
      this.#press = { start: point, what: "pinch" };
      return;
    }
    const beside = !event.target.closest(".sheet");
    this.#press = { start: point, last: point, what: null, touch: event.pointerType !== "mouse", beside };
    if (this.#stage.comparing && (this.#stage.fitted || Math.abs(point[0] - this.#acts.lineX()) <= NEAR_PX)) {
      this.#press.what = "line";
      this.#stage.focusLine();
    }
  }

  #move(event, point) {
    const before = new Map(this.#pointers);
    this.#pointers.set(event.pointerId, point);
    const press = this.#press;
    if (!press) return;
    if (press.what === "pinch") return this.#pinch(before);
    const far = minus(point, press.start);
    if (!press.moved && Math.hypot(...far) < MOVED_PX) return;
    press.moved = true;
    press.what ??= this.#gestureOf(far, press.touch);
    if (press.what === "line") this.#acts.divideAt(point[0]);
    if (press.what === "pan") this.#acts.pan(minus(point, press.last));
    if (press.what === "swipe") this.#stage.style.setProperty("--pull", `${far[0]}px 0`);
    if (press.what === "pull") this.#stage.style.setProperty("--pull", `0 ${Math.max(0, far[1])}px`);
    press.last = point;
  }

  /** Which gesture a movement begins. */
  #gestureOf([x, y], touch) {
    if (!this.#stage.fitted) return "pan";
    if (!touch) return "nothing";
    if (Math.abs(x) > Math.abs(y)) return "swipe";
    return y > 0 ? "pull" : "nothing";
  }

  #pinch(before) {
    const [one, two] = [...this.#pointers.keys()];
    const measure = (points) => {
      const [a, b] = [points.get(one), points.get(two)];
      return { far: Math.hypot(...minus(a, b)) || 1, middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
    };
    const [was, is] = [measure(before), measure(this.#pointers)];
    this.#acts.pan(minus(is.middle, was.middle));
    this.#acts.zoomTo((this.#stage.zoom * is.far) / was.far, is.middle);
  }

  #up(event, point) {
    this.#pointers.delete(event.pointerId);
    const press = this.#press;
    if (!press || press.what === "pinch") {
      if (!this.#pointers.size) this.#press = null;
      return;
    }
    this.#press = null;
    this.#endPull();
    if (event.type === "pointercancel") return;
    const [x, y] = minus(point, press.start);
    if (!press.moved) this.#pressed(point, press);
    else if (press.what === "swipe" && Math.abs(x) > SWIPE_PX) this.#acts.tell("swiped", { by: x < 0 ? 1 : -1 });
    else if (press.what === "pull" && y > PULL_PX) this.#acts.tell("pulled");
  }

  #pressed(point, { what, beside }) {
    const now = performance.now();
    const near = Math.hypot(...minus(point, this.#last.point)) < 4 * MOVED_PX;
    if (now - this.#last.time < DOUBLE_MS && near) {
      this.#last = { time: 0, point };
      return this.#stage.toggle(point);
    }
    this.#last = { time: now, point };
    if (what === "line") return this.#acts.divideAt(point[0]);
    if (beside && this.#stage.fitted) this.#acts.tell("beside");
  }

  /** Ends the pull. */
  #endPull() {
    this.#stage.style.removeProperty("--pull");
  }
}
