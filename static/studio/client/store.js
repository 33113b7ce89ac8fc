// The page's state, and the only place that applies events: the highest version wins, in whatever order they arrive.

import { Silence } from "./silence.js";

const newestFirst = (a, b) => (a.id < b.id ? 1 : -1); // ids rise with time

const emptyRoom = (id) => ({ id, ready: false, messages: new Map(), next: null });

/**
 * Events: "change" (at most one per turn of the loop); "message" {before, after} for each applied message; "image" {image}: an
 * imported picture has changed; "ready": a connection has begun.
 */
export class Store extends EventTarget {
  view = { sessionId: null, draft: null }; // what is on the page: a session, or a new one that has no id yet
  link = "idle"; // the connection's state, see socket.js
  room = emptyRoom(null); // the session of the connection
  sessionsNext = null;
  sessionsLoaded = false;
  recall = () => []; // (session id) → messages of the offline cache
  #sessions = new Map();
  #gone = new Set();
  #progress = new Map(); // message id → {stage, fraction, estimated, position, placeholder}
  #beforeConnecting = new Set(); // ids of messages; the snapshot may be older than those that come meanwhile
  #silence = new Silence(() => this.changed());
  #scheduled = false;

  // What is shown

  get sessions() {
    return [...this.#sessions.values()].sort(newestFirst);
  }

  get running() {
    return this.sessions.reduce((sum, session) => sum + Number(session.running), 0);
  }

  session(id) {
    return this.#sessions.get(id) ?? null;
  }

  /** The viewed session's messages, oldest first; none while the connection is about another session. */
  get messages() {
    if (!this.view.sessionId || this.view.sessionId !== this.room.id) return [];
    return [...this.room.messages.values()].sort(newestFirst).reverse();
  }

  /** Whether the view waits for its first snapshot. */
  get opening() {
    return Boolean(this.view.sessionId) && !(this.room.id === this.view.sessionId && this.room.ready);
  }

  /** Progress of a stage that is over is ignored. */
  progress(message) {
    const progress = this.#progress.get(message.id);
    return progress && message.status === "PROCESSING" && progress.stage === message.stage ? progress : null;
  }

  /** Whether some running message has had no event for a while. */
  get silentWork() {
    return this.#silence.any;
  }

  /** Whether a message of the connection's session is running. */
  get isWorking() {
    return [...this.room.messages.values()].some((message) => message.status === "PROCESSING");
  }

  /** What a running message seems to lack: "connection", "answer", "event" (none for a while), or null. */
  missing(message) {
    if (message.status !== "PROCESSING") return null;
    if (this.link === "waiting") return "connection";
    if (this.link === "silent") return "answer";
    return this.#silence.has(message.id) ? "event" : null;
  }

  // Changes

  show(view) {
    this.view = { sessionId: null, draft: null, ...view };
    this.changed();
  }

  connecting() {
    this.#beforeConnecting = new Set(this.room.messages.keys());
  }

  /** A new attempt is not shown until it has succeeded. */
  linked(state) {
    if (state === "connecting") this.connecting();
    if (state === "connecting" && ["waiting", "silent"].includes(this.link)) return;
    this.link = state;
    this.changed();
  }

  /** The connection is about this session now. */
  enter(sessionId) {
    if (this.room.id === sessionId) return;
    this.room = emptyRoom(sessionId);
    this.recall(sessionId).forEach((message) => this.room.messages.set(message.id, message));
    this.#progress.clear();
    this.#silence.clear();
    this.changed();
  }

  applySession(session) {
    const known = this.#sessions.get(session.id);
    if (this.#gone.has(session.id) || (known && known.version > session.version)) return;
    this.#sessions.set(session.id, session);
    this.changed();
  }

  removeSession(id) {
    this.#gone.add(id);
    this.#sessions.delete(id);
    this.changed();
  }

  /** A page of the list. `since`: the ids known when the newest page was asked for; those that are missing are gone. */
  addSessions({ items, next }, since = null) {
    const listed = new Set(items.map((session) => session.id));
    const oldest = items.at(-1)?.id ?? "";
    for (const id of since ?? []) {
      if (!listed.has(id) && (id > oldest || next === null)) this.#sessions.delete(id);
    }
    items.forEach((session) => this.applySession(session));
    if (since === null || !this.sessionsLoaded || next === null) this.sessionsNext = next;
    this.sessionsLoaded = true;
    this.changed();
  }

  /**
   * The snapshot of a new connection. Messages that were there before the connection, are newer than the snapshot's oldest, and
   * missing from it, are gone. Returns whether older messages stay on the page; they leave where the snapshot does not reach them.
   */
  applyReady({ session, messages, next }) {
    const { room } = this;
    const listed = new Set(messages.map((message) => message.id));
    const oldest = messages[0]?.id ?? "";
    const touches = next === null || [...room.messages.keys()].some((id) => listed.has(id));
    let older = 0;
    for (const id of room.messages.keys()) {
      if (listed.has(id) || !this.#beforeConnecting.has(id)) continue;
      if (id > oldest || !touches || next === null) this.#removeMessage(id);
      else older += 1;
    }
    if (older === 0) room.next = next;
    room.ready = true;
    this.applySession(session);
    messages.forEach((message) => this.applyMessage(message));
    this.dispatchEvent(new Event("ready"));
    return older > 0;
  }

  #removeMessage(id) {
    this.room.messages.delete(id);
    this.#silence.ended(id);
  }

  addEarlier({ items, next }) {
    items.forEach((message) => this.applyMessage(message));
    this.room.next = next;
  }

  /** The id of the oldest message on the page; empty where there is none. */
  get oldest() {
    return [...this.room.messages.keys()].sort()[0] ?? "";
  }

  /** The versions of the newest messages, as session.sync wants them. */
  known(limit) {
    const newest = [...this.room.messages.values()].sort(newestFirst).slice(0, limit);
    return Object.fromEntries(newest.map((message) => [message.id, message.version]));
  }

  applyMessage(message) {
    if (message.session_id !== this.room.id) return;
    const before = this.room.messages.get(message.id) ?? null;
    if (before && before.version >= message.version) return this.#eventArrived(before);
    this.room.messages.set(message.id, message);
    if (before?.stage !== message.stage) this.#silence.ended(message.id);
    if (message.status !== "PROCESSING" || message.delay) this.#progress.delete(message.id);
    this.#eventArrived(message, message.delay?.seconds ?? 0);
    this.dispatchEvent(new CustomEvent("message", { detail: { before, after: message } }));
    this.changed();
  }

  applyProgress({ message_id: id, ...progress }) {
    const { stage, placeholder } = this.#progress.get(id) ?? {};
    this.#progress.set(id, { ...(stage === progress.stage && placeholder && { placeholder }), ...progress });
    if (this.room.messages.has(id)) this.#eventArrived(this.room.messages.get(id), progress.eta_s ?? 0);
    this.changed();
  }

  /** Events of other messages count for queued ones, which wait for them. */
  #eventArrived(message, expected_s = 0) {
    if (message.status === "PROCESSING") this.#silence.eventArrived(message.id, expected_s);
    else this.#silence.ended(message.id);
    for (const other of this.room.messages.values()) {
      if (other.status === "PROCESSING" && other.stage === "queued" && other !== message) this.#silence.eventArrived(other.id);
    }
  }

  changed() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
