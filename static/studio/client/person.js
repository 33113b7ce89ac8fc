// Who this page is. A visitor is nobody until the first thing they do: then the server makes them a guest, by cookie, and that
// is who every tab of this browser is. Who signs in or out in one tab is another person in all of them.

import { config } from "../ui/config.js";

const KEY = "studio.person"; // tells the other tabs

/** Events: "known", once `id` is no longer null; "changed": it is another person's browser now, the page has to be loaded anew. */
class Person extends EventTarget {
  id = config.user?.id ?? null;
  #becoming = null;

  constructor() {
    super();
    store((storage) => (this.id ? storage.setItem(KEY, this.id) : storage.removeItem(KEY))); // tells only what is new
    window.addEventListener("storage", ({ key, newValue }) => key === KEY && this.#is(newValue));
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
    if (this.id === id) return;
    if (this.id) {
      this.dispatchEvent(new Event("changed"));
      return;
    }
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
