// Stores the unsent message of each chat, so that it survives a reload. A visitor's stays in sessionStorage: in localStorage the
// next visitor with this browser would see it.

const KEY = "studio.half-written";
const MAX_CHATS = 20;
const MAX_CHARACTERS = 10_000; // five times the longest message
const MAX_PHOTOS = 10;

const keyOf = (userId) => `${KEY}.${userId}.`;
const placeOf = (userId) => (userId ? localStorage : sessionStorage);

/**
 * A stored message: {text, photos: [{image, mask}], together, missing, count, options}; `missing` counts the photos that had not been
 * uploaded, `options` is the chosen size.
 */
export class HalfWritten {
  #userId = null;
  #memory = new Map(); // chat → what could not be stored
  #seen = new Map(); // chat → what this page last read or wrote: another tab may have stored something else since

  /** `userId`: null for a visitor. */
  constructor(userId) {
    if (userId) this.belongTo(userId);
  }

  /** Hands over what a visitor wrote in this tab, and removes what belongs to other people. */
  belongTo(userId) {
    const chats = this.#keys(null).map((key) => key.slice(keyOf(null).length));
    const written = [...chats.map((chat) => [chat, this.read(chat)]), ...this.#memory];
    this.#userId = userId;
    written.forEach(([chat, value]) => this.write(chat, value));
    attempt(() => this.#keys(null).forEach((key) => sessionStorage.removeItem(key)));
    const others = () => keysIn(localStorage, `${KEY}.`).filter((key) => !key.startsWith(keyOf(userId)));
    attempt(() => others().forEach((key) => localStorage.removeItem(key)));
  }

  /** `chat`: the session's id, or "new". Null where nothing is kept. */
  read(chat) {
    const stored = attempt(() => this.#storage.getItem(this.#key(chat)));
    this.#seen.set(chat, stored);
    return this.#memory.get(chat) ?? attempt(() => wellFormed(JSON.parse(stored))) ?? null;
  }

  write(chat, { text, photos, together, missing = 0, count = 1, options = {} }) {
    if (!text && !photos.length && !missing) return this.#clear(chat);
    const sent = { text: text.slice(0, MAX_CHARACTERS), photos: photos.slice(0, MAX_PHOTOS).map(small), together };
    const value = { ...sent, missing, count, options };
    const stored = JSON.stringify({ ...value, at: Date.now() });
    const isStored = attempt(() => this.#storage.setItem(this.#key(chat), stored) ?? true);
    if (!isStored) return this.#memory.set(chat, value);
    this.#memory.delete(chat);
    this.#seen.set(chat, stored);
    return this.#removeOldest();
  }

  /** Calls back when another tab has removed what was kept for this chat. */
  onRemoved(chat, act) {
    window.addEventListener("storage", ({ key, newValue }) => newValue === null && key === this.#key(chat) && act());
  }

  forget(chat) {
    this.#memory.delete(chat);
    attempt(() => this.#storage.removeItem(this.#key(chat)));
  }

  #clear(chat) {
    const stored = attempt(() => this.#storage.getItem(this.#key(chat)));
    if (stored === this.#seen.get(chat)) this.forget(chat);
    else this.#memory.delete(chat);
  }

  get #storage() {
    return placeOf(this.#userId);
  }

  #key(chat) {
    return keyOf(this.#userId) + chat;
  }

  #keys(userId) {
    return attempt(() => keysIn(placeOf(userId), keyOf(userId))) ?? [];
  }

  #removeOldest() {
    const keys = this.#keys(this.#userId);
    if (keys.length <= MAX_CHATS) return;
    const at = (key) => attempt(() => JSON.parse(this.#storage.getItem(key)).at) ?? 0;
    const newestFirst = keys.map((key) => [at(key), key]).sort(([a], [b]) => b - a);
    newestFirst.slice(MAX_CHATS).forEach(([, key]) => attempt(() => this.#storage.removeItem(key)));
  }
}

const keysIn = (storage, beginning) => Object.keys(storage).filter((key) => key.startsWith(beginning));

/** The result, or undefined: storage may be forbidden or full, and its content invalid. */
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** The fields of a picture that the message box needs. */
function small({ image: { id, state, url, thumbnail_url, width, height, title }, mask }) {
  return { image: { id, state, url, thumbnail_url, width, height, title }, mask: mask && { id: mask.id } };
}

function wellFormed(value) {
  if (typeof value?.text !== "string" || !Array.isArray(value.photos)) return null;
  return { ...value, photos: value.photos.filter(({ image }) => typeof image?.id === "string") };
}
