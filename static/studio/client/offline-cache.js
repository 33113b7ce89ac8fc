// Stores the list of chats, and the newest messages of those opened last, for a page that is loaded without network. The first
// connection brings whatever has changed since.

const KEY = "studio.kept";
const MOST_ROOMS = 12;
const MOST_MESSAGES = 50; // of each
const MOST_SESSIONS = 50;
const SETTLE_MS = 1_000;

export class OfflineCache {
  #key = null; // none for a visitor
  #timer = 0;
  #saved = new Map(); // session id → the messages that are stored
  #gone = new Set(); // deleted ones, which must not be stored again

  /** `person`: see person.js. A visitor has no chats. */
  constructor(store, person) {
    this.store = store;
    if (person.id) this.#begin(person);
    else person.addEventListener("known", () => this.#begin(person), { once: true });
  }

  /** Shows what is stored for this person, and removes what is stored for others. */
  #begin(person) {
    const { store } = this;
    this.#key = `${KEY}.${person.id}`;
    this.#removeOthers();
    this.#read("").sessions?.forEach((session) => store.applySession(session));
    store.recall = (sessionId) => this.#read(`.${sessionId}`).messages ?? [];
    store.addEventListener("change", () => (this.#timer ||= setTimeout(() => this.#save(), SETTLE_MS)));
    window.addEventListener("pagehide", () => this.#save());
    person.addEventListener("changed", () => (this.#key = null)); // somebody else has signed in: it must not be stored under this person's key
  }

  /** The chat was deleted. */
  forget(sessionId) {
    this.#gone.add(sessionId);
    if (!this.#key) return;
    this.#write(`.${sessionId}`, null);
    this.#save();
  }

  #save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.#key) return;
    const { room, sessions } = this.store;
    const rooms = (this.#read("").rooms ?? []).filter((id) => id !== room.id && !this.#gone.has(id));
    const messages = [...room.messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(-MOST_MESSAGES);
    if (room.id && messages.length && !this.#gone.has(room.id)) {
      rooms.unshift(room.id);
      if (this.#hasChanged(room.id, messages)) this.#write(`.${room.id}`, { messages });
    }
    rooms.splice(MOST_ROOMS).forEach((id) => this.#write(`.${id}`, null));
    this.#write("", { sessions: sessions.slice(0, MOST_SESSIONS), rooms });
  }

  #hasChanged(id, messages) {
    const before = this.#saved.get(id); // what this page stored last
    this.#saved.set(id, messages);
    return before?.length !== messages.length || messages.some((message, i) => message !== before[i]);
  }

  #removeOthers() {
    try {
      const others = Object.keys(localStorage).filter((key) => key.startsWith(`${KEY}.`) && !key.startsWith(this.#key));
      others.forEach((key) => localStorage.removeItem(key));
    } catch {
      // Storage is forbidden.
    }
  }

  #read(tail) {
    try {
      return JSON.parse(localStorage.getItem(this.#key + tail)) ?? {};
    } catch {
      return {};
    }
  }

  #write(tail, value) {
    try {
      if (value) localStorage.setItem(this.#key + tail, JSON.stringify(value));
      else localStorage.removeItem(this.#key + tail);
    } catch {
      // Forbidden or full: the cache is optional, and the outbox needs the space.
    }
  }
}
