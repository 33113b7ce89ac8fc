// Requests that the server has not acknowledged yet. The outbox survives a reload and is shared by all tabs. The server
// recognises a client_id, so that a request that is sent twice makes one message.

import { isFinal, Problem } from "./problem.js";
import { t } from "../ui/translate.js";

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;
const KEY = "studio.outbox";
const keyOf = (userId) => `${KEY}.${userId ?? "visitor"}`;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

/**
 * An entry: {client_id, session_id | null, draft, command, created_at, error?}. `draft` names a session that does not
 * exist yet; all entries of one draft go into the session made for it. `error` is set once it was refused for good.
 * Events: "change"; "session" with detail {draft, session}.
 */
export class Outbox extends EventTarget {
  trouble = null; // the error code because of which the first entry is not sent yet, or null
  #key;
  #memory = null; // instead of localStorage, where that is forbidden or full
  #timer = 0;
  #draining = null;
  #wanted = false;
  #failures = 0;

  /**
   * `userId`: null for a visitor. `createSession()` → session; `deliver(entry)` → resolves once acknowledged. Both reject
   * with a `Problem`.
   */
  constructor(userId, { createSession, deliver }) {
    super();
    this.createSession = createSession;
    this.deliver = deliver;
    this.belongTo(userId);
    window.addEventListener("storage", (event) => {
      if (event.key !== this.#key) return;
      this.#noteSessions();
      this.#changed();
      this.flush(); // the tab that wrote it may have been closed
    });
  }

  /** Hands over the visitor's entries to this person. */
  belongTo(userId) {
    this.#key = keyOf(userId);
    const strays = userId && !this.#memory ? read(keyOf(null)) : [];
    if (strays.length) {
      const known = new Set(this.entries().map((entry) => entry.client_id)); // another tab may do the same
      this.#write([...this.entries(), ...strays.filter((entry) => !known.has(entry.client_id))]);
      localStorage.removeItem(keyOf(null));
    }
    this.#noteSessions();
  }

  entries() {
    return this.#memory ?? read(this.#key);
  }

  add(entries) {
    this.#write([...this.entries(), ...entries]);
    this.flush();
  }

  remove(clientIds) {
    const gone = new Set(clientIds);
    const entries = this.entries();
    if (entries.some((entry) => gone.has(entry.client_id))) {
      this.#write(entries.filter((entry) => !gone.has(entry.client_id)));
    }
  }

  /** The session was deleted: its entries become a draft, with an error, for the person to decide. */
  orphan(sessionId, draft) {
    const entries = this.entries();
    if (!entries.some((entry) => entry.session_id === sessionId)) return;
    const error = { code: "not_found", message: t("The chat was deleted before this was sent."), retryable: false };
    this.#write(entries.map((e) => (e.session_id === sessionId ? { ...e, session_id: null, draft, error } : e)));
  }

  /** Sends the entries in order, one after the other. Safe to call at any time. */
  flush() {
    clearTimeout(this.#timer);
    this.#wanted = true;
    this.#draining ??= this.#run();
  }

  async #run() {
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await this.#alone(() => this.#drain());
      }
    } finally {
      this.#draining = null;
    }
  }

  /** One tab sends at a time; without Web Locks (plain http) the server's check of client_id has to do. */
  #alone(work) {
    return navigator.locks ? navigator.locks.request(KEY, work) : work();
  }

  async #drain() {
    for (;;) {
      const entry = this.entries().find((candidate) => !candidate.error);
      if (!entry) return this.#settle(null);
      try {
        if (entry.session_id) {
          await this.deliver(entry);
          this.remove([entry.client_id]);
        } else await this.#openSession(entry.draft);
        this.#failures = 0;
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (!isFinal(problem)) return this.#later(problem);
        this.#refuse(entry, problem);
      }
    }
  }

  async #openSession(draft) {
    const session = await this.createSession();
    this.#write(this.entries().map((e) => (e.draft === draft && !e.session_id ? { ...e, session_id: session.id } : e)));
    this.dispatchEvent(new CustomEvent("session", { detail: { draft, session } }));
  }

  /** Another tab may have opened the session of a draft that this page shows. */
  #noteSessions() {
    for (const { draft, session_id: id } of this.entries()) {
      if (draft && id) this.dispatchEvent(new CustomEvent("session", { detail: { draft, session: { id } } }));
    }
  }

  #refuse(entry, { code, message }) {
    // Variations of a refused request cannot be sent either.
    const tied = (e) => !e.error && [e.client_id, e.command.variation_of].includes(entry.client_id);
    this.#write(this.entries().map((e) => (tied(e) ? { ...e, error: { code, message, retryable: false } } : e)));
  }

  #later({ code, retryAfter }) {
    const backoff = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.flush(), retryAfter === null ? backoff : retryAfter * 1000);
    this.#settle(code);
  }

  #settle(trouble) {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.#changed();
  }

  #write(entries) {
    try {
      if (!this.#memory) localStorage.setItem(this.#key, JSON.stringify(entries));
    } catch {
      this.#memory = entries;
    }
    if (this.#memory) this.#memory = entries;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
