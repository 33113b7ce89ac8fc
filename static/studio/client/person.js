// Who uses this page. A visitor has no id until their first action: then the server makes them a guest, with a cookie for all tabs
// of this browser. To sign in or out in one tab changes the person in all of them.

import { config } from "../ui/config.js";

const KEY = "studio.person"; // tells the other tabs

/** Events: "known", once `id` is no longer null; "changed": somebody else has signed in, and the page has to be reloaded. */
class Person extends EventTarget {
  id = config.user?.id ?? null;
  #ensuring = null;

  constructor() {
    super();
    store((storage) => (this.id ? storage.setItem(KEY, this.id) : storage.removeItem(KEY))); // other tabs get an event only if it differs
    window.addEventListener("storage", ({ key, newValue }) => key === KEY && this.#setId(newValue));
    // A page from the back-forward cache has got no storage events.
    window.addEventListener("pageshow", () => store((storage) => storage.getItem(KEY) && this.#setId(storage.getItem(KEY))));
  }

  /** Resolves once there is an id. `ask()` resolves with {user}; several calls at a time share one, those of other tabs too. */
  ensure(ask) {
    if (this.id) return Promise.resolve();
    this.#ensuring ??= alone(() => this.#ask(ask)).finally(() => (this.#ensuring = null));
    return this.#ensuring;
  }

  async #ask(ask) {
    const told = store((storage) => storage.getItem(KEY)); // by another tab, maybe a moment ago
    this.#tellOtherTabs(told ?? (await ask()).user.id);
  }

  #tellOtherTabs(id) {
    this.#setId(id);
    store((storage) => storage.setItem(KEY, id));
  }

  #setId(id) {
    if (this.id === id) return;
    if (this.id) {
      this.dispatchEvent(new Event("changed"));
      return;
    }
    this.id = id;
    this.dispatchEvent(new Event("known"));
  }
}

/** The result, or null where storage is forbidden or full: then each tab finds out by itself. */
function store(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

/** One tab at a time: two would become two guests, of which the browser keeps the last. Plain http has no locks. */
const alone = (work) => (navigator.locks ? navigator.locks.request(KEY, work) : work());

export const person = new Person();
