// Who this page is. A visitor is nobody until the first thing they do: then the server makes them a guest, by cookie, and that
// is who every tab of this browser is.

import { config } from "../ui/config.js";

const KEY = "studio.person"; // tells the other tabs

/** Event: "known", once `id` is no longer null. */
class Person extends EventTarget {
  id = config.user?.id ?? null;
  #becoming = null;

  constructor() {
    super();
    if (!this.id) store((storage) => storage.removeItem(KEY)); // what it says is about somebody who is gone
    window.addEventListener("storage", ({ key, newValue }) => key === KEY && newValue && this.#is(newValue));
    // A page that the browser kept and shows again got no events meanwhile.
    window.addEventListener("pageshow", () => store((storage) => storage.getItem(KEY) && this.#is(storage.getItem(KEY))));
  }

  /** Resolves when it is somebody. `ask()` resolves with {user}; it is called once, however many things are begun together. */
  become(ask) {
    if (this.id) return Promise.resolve();
    this.#becoming ??= ask().then(({ user }) => this.#told(user.id)).finally(() => (this.#becoming = null));
    return this.#becoming;
  }

  #told(id) {
    this.#is(id);
    store((storage) => storage.setItem(KEY, id));
  }

  #is(id) {
    if (this.id) return;
    this.id = id;
    this.dispatchEvent(new Event("known"));
  }
}

function store(act) {
  try {
    act(localStorage);
  } catch {
    // It is forbidden, or full: each tab finds out by itself.
  }
}

export const person = new Person();
