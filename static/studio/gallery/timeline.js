// The pictures of the gallery, day by day, newest first. The counts are known from the start; the pictures are loaded when they come
// into view.

const PAGE = 100; // pictures of one answer, at most

/** When the id was made: a UUIDv7 begins with its time. */
const begunAt = (id) => new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));

/** "2026-11-29", in the browser's time zone. */
function dateOf(at) {
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

const dayOf = (id) => dateOf(begunAt(id));

/**
 * An entry is {image}, or {work} for a picture that is being made; `apart: true` if it is not in the place of the server's list. A
 * position counts the entries of all days.
 *
 * Events: "changed", when entries were loaded, removed or moved; "stale", when the server's list differs; "failed".
 */
export class Timeline extends EventTarget {
  days; // {date, cursor, items, first}: `items` has holes for what is not loaded yet; `first`: the position of its first
  similar;
  problem = null;
  #list;
  #places = new Map(); // picture's id → {day, entry}
  #wanted = [0, 0];
  #loading = null;
  #closed = false;

  /** `found`: the counts of the days; `list(cursor, limit, skip)` resolves with a page. */
  constructor(found, list) {
    super();
    this.#list = list;
    this.similar = found.similar;
    this.days = found.items.map(({ date, cursor, count }) => ({ date, cursor, items: Array.from({ length: count }), first: 0 }));
    this.#number();
  }

  /** Stops loading. */
  close() {
    this.#closed = true;
  }

  get count() {
    const last = this.days.at(-1);
    return last ? last.first + last.items.length : 0;
  }

  /** {day, index}: the day's index in `days`, and the entry's in the day. */
  locate(position) {
    let [low, high] = [0, this.days.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.days[middle].first <= position) low = middle;
      else high = middle - 1;
    }
    return { day: low, index: position - this.days[low].first };
  }

  at(position) {
    if (position < 0 || position >= this.count) return null;
    const { day, index } = this.locate(position);
    return this.days[day].items[index] ?? null;
  }

  entry(id) {
    return this.#places.get(id)?.entry ?? null;
  }

  /** -1 if it is not here. */
  positionOf(entry) {
    const day = this.#dayOf(entry);
    return day ? day.first + day.items.indexOf(entry) : -1;
  }

  /** The loaded pictures around it without a gap, itself included. */
  around(id) {
    const position = this.#positionOfImage(id);
    if (position < 0) return [];
    const found = [];
    for (let at = position; this.at(at)?.image; at -= 1) found.unshift(this.at(at).image);
    for (let at = position + 1; this.at(at)?.image; at += 1) found.push(this.at(at).image);
    return found;
  }

  *images() {
    for (const { entry } of this.#places.values()) yield entry.image;
  }

  // Loading

  /** Loads the entries from `from` up to, not including, `to`. */
  want(from, to) {
    this.#wanted = [Math.max(0, from), Math.min(this.count, to)];
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Resolves with the entries of that range; fewer if some could not be loaded. */
  async ensure(from, to) {
    for (let before = -1; ;) {
      const known = [];
      for (let at = from; at < to; at += 1) if (this.at(at)) known.push(this.at(at));
      if (known.length === before || known.length >= Math.min(to, this.count) - from) return known;
      before = known.length;
      await this.#loading;
      await this.want(from, to);
    }
  }

  async #load() {
    try {
      for (let hole = this.#firstHole(); hole >= 0 && !this.#closed; hole = this.#firstHole()) {
        if (!(await this.#fetch(hole))) return;
      }
    } catch (problem) {
      this.problem = problem;
      this.dispatchEvent(new Event("failed"));
    }
  }

  #firstHole() {
    const [from, to] = this.#wanted;
    for (let at = from; at < Math.min(to, this.count); at += 1) if (!this.at(at)) return at;
    return -1;
  }

  async #fetch(position) {
    const { day: number, index } = this.locate(position);
    const day = this.days[number];
    const skip = index - day.items.slice(0, index).filter((entry) => entry?.apart).length;
    const beyond = this.#wanted[1] === this.count ? 1 : 0; // at the end one more: where there is one, the days are out of date
    const limit = Math.max(1, Math.min(PAGE, this.#wanted[1] - position + beyond));
    const { items } = await this.#list(day.cursor, limit, skip);
    if (this.#closed) return false;
    const fits = items.length > 0 && this.#fill(day, skip, items);
    if (!fits) this.dispatchEvent(new Event("stale"));
    this.dispatchEvent(new Event("changed"));
    return fits;
  }

  /** False if the server's list differs. */
  #fill(from, skip, images) {
    const places = this.#listed(from);
    for (let passed = 0; passed < skip; passed += 1) places.next();
    for (const image of images) {
      const { value } = places.next();
      const there = value?.day.items[value.index];
      if (there?.image.id === image.id) continue;
      if (!value || there || this.#places.has(image.id)) return false;
      this.#set(value.day, value.index, { image });
    }
    return true;
  }

  /** The places of the server's list, from this day on. */
  *#listed(from) {
    for (const day of this.days.slice(Math.max(0, this.days.indexOf(from)))) {
      for (let index = 0; index < day.items.length; index += 1) if (!day.items[index]?.apart) yield { day, index };
    }
  }

  // Changes

  /** Inserts it as the newest of its day. */
  insert(image) {
    const entry = { image };
    const day = this.#day(dayOf(image.id));
    day.items.unshift(entry);
    this.#places.set(image.id, { day, entry });
    this.#changed();
  }

  /** Inserts it right before the picture of this id; if that is not loaded, before everything. */
  insertBefore(entry, id) {
    entry.apart = true;
    const place = this.#places.get(id);
    const day = place?.day ?? this.#day(dateOf(new Date()));
    day.items.splice(place ? day.items.indexOf(place.entry) : 0, 0, entry);
    this.#changed();
  }

  /** The picture that was being made is finished. */
  replace(entry, image) {
    const day = this.#dayOf(entry);
    const index = day.items.indexOf(entry);
    this.#set(day, index, { image, apart: !(index === 0 && day.date === dayOf(image.id)) });
    this.#changed();
  }

  update(image) {
    const place = this.#places.get(image.id);
    if (place) place.entry.image = image;
  }

  remove(entries) {
    for (const entry of entries) {
      const day = this.#dayOf(entry);
      if (!day) continue;
      day.items.splice(day.items.indexOf(entry), 1);
      if (entry.image) this.#places.delete(entry.image.id);
    }
    this.days = this.days.filter(({ items }) => items.length);
    this.#changed();
  }

  #dayOf(entry) {
    return entry.image ? this.#places.get(entry.image.id)?.day : this.days.find(({ items }) => items.includes(entry));
  }

  #positionOfImage(id) {
    const place = this.#places.get(id);
    return place ? this.positionOf(place.entry) : -1;
  }

  #set(day, index, entry) {
    day.items[index] = entry;
    this.#places.set(entry.image.id, { day, entry });
  }

  #day(date) {
    const there = this.days.find((day) => day.date === date);
    if (there) return there;
    const day = { date, cursor: null, items: [], first: 0 };
    const older = this.days.findIndex((each) => each.date < date);
    this.days.splice(older < 0 ? this.days.length : older, 0, day);
    return day;
  }

  #number() {
    let first = 0;
    for (const day of this.days) {
      day.first = first;
      first += day.items.length;
    }
  }

  #changed() {
    this.#number();
    this.dispatchEvent(new Event("changed"));
  }
}
