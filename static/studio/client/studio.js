// The client without the page's elements: owns the store, the outbox and the connection.

import { hearOtherTabs, tellOtherTabs } from "./news.js";
import { Connection } from "./socket.js";
import { unreachable } from "./problem.js";
import { Outbox } from "./outbox.js";
import * as rest from "./rest.js";
import { Store } from "./store.js";

const KNOWN_LIMIT = 500; // of session.sync

const oldest = (known) => Object.keys(known).sort()[0] ?? ""; // ids rise with time

/** Events: "session" {draft, session}: a draft has got its session; "lost" {sessionId}: it was deleted; "unauthenticated". */
export class Studio extends EventTarget {
  store = new Store();
  #connection = null;

  /** `person`: see person.js. */
  constructor(person) {
    super();
    const { store } = this;
    this.person = person;
    this.outbox = new Outbox(person.id, {
      createSession: () => this.#createSession(),
      deliver: (entry) => this.#deliver(entry),
    });
    this.outbox.addEventListener("session", ({ detail }) => this.#tell("session", detail));
    person.addEventListener("known", () => this.#becameKnown());
    // A message that came back as an event is acknowledged, whoever sent it.
    store.addEventListener("message", ({ detail: { after } }) => this.outbox.remove([after.client_id]));
    for (const sign of ["online", "pageshow"]) window.addEventListener(sign, () => this.wake());
    window.addEventListener("offline", () => this.#cut());
    document.addEventListener("visibilitychange", () => document.hidden || this.#returned());
    hearOtherTabs(() => this.#connection || this.#look()); // maybe of the first session
  }

  /** Shows a session, and connects to it. On the start page the connection stays, for the events of the list. */
  show({ sessionId = null, draft = null }) {
    this.store.show({ sessionId, draft });
    if (sessionId && !this.person.id) this.#removed(sessionId); // a visitor has no sessions: it is somebody else's
    else if (sessionId) this.#connect(sessionId);
    else if (!this.#connection) this.#listen();
  }

  wake() {
    if (this.#connection) this.#connection.wake();
    else if (navigator.onLine) this.store.linked("idle");
    this.outbox.flush();
  }

  /** message.cancel and message.retry. Raises `Problem`. */
  async command(type, fields) {
    const { message } = await (this.#connection?.command(type, fields) ?? Promise.reject(unreachable()));
    this.store.applyMessage(message);
  }

  async loadSessions(cursor = null) {
    const since = cursor ? null : this.store.sessions.map((session) => session.id);
    this.store.addSessions(await rest.sessions.list(cursor), since);
    if (!this.#connection) this.#listen();
  }

  async loadEarlier() {
    const { room } = this.store;
    const cursor = room.next;
    const page = await rest.sessions.messages(room.id, cursor);
    if (this.store.room === room && room.next === cursor) this.store.addEarlier(page); // else a gap would be left before what is there
  }

  /** Raises `Problem`; a session that is already gone is deleted all the same. */
  async deleteSession(id, pictures) {
    try {
      await rest.sessions.remove(id, pictures);
    } catch (problem) {
      if (problem.code !== "not_found") throw problem;
    }
    this.#removed(id);
  }

  // The connection

  #connect(sessionId) {
    if (this.#connection?.sessionId === sessionId) return;
    this.#connection?.close();
    this.store.enter(sessionId);
    this.#connection = new Connection(sessionId, {
      onFrame: (frame) => this.#receive(frame),
      onState: (state) => this.#linked(state),
      isWorking: () => this.store.isWorking,
    });
    this.#connection.open();
  }

  /** Without a session on the page: the newest one's connection gets the events of all sessions. */
  #listen() {
    const [newest] = this.store.sessions;
    if (newest && !this.store.view.sessionId) this.#connect(newest.id);
  }

  #disconnect() {
    this.#connection?.close();
    this.#connection = null;
    this.store.linked("idle");
  }

  /** The browser reports no network. */
  #cut() {
    if (this.#connection) this.#connection.cut();
    else this.store.linked("waiting");
  }

  #linked(state) {
    if (state === "closed") return; // the state that follows says more
    this.store.linked(state);
    if (state === "ready") {
      this.outbox.flush();
      this.#look();
    }
    if (state === "gone") this.#removed(this.#connection.sessionId);
    if (state === "unauthenticated") this.#tell("unauthenticated", {});
  }

  #receive(frame) {
    const { store } = this;
    if (this.#isAboutPictures(frame)) tellOtherTabs();
    switch (frame.type) {
      case "session.ready":
        if (store.applyReady(frame)) this.#catchUp();
        break;
      case "message.changed":
        store.applyMessage(frame.message);
        break;
      case "message.progress":
        store.applyProgress(frame);
        break;
      case "image.changed":
        store.dispatchEvent(new CustomEvent("image", { detail: { image: frame.image } }));
        break;
      case "session.changed":
        store.applySession(frame.session);
        break;
      case "session.deleted":
        this.#removed(frame.session_id);
        break;
      default: // an event of a later release
    }
  }

  /** A picture has come, gone or come back, or may have while there was no connection. */
  #isAboutPictures({ type, message, session }) {
    if (type === "message.changed") return message.image?.state !== this.store.room.messages.get(message.id)?.image?.state;
    if (type === "session.changed") return session.thumbnail_url !== this.store.session(session.id)?.thumbnail_url;
    return type === "image.changed" || type === "session.deleted" || type === "session.ready";
  }

  /**
   * Older messages than those of the snapshot may have changed without an event. One answer does not compare them all where
   * they are many: it says before which message it stopped.
   */
  async #catchUp() {
    const { store } = this;
    const { room } = store;
    const known = store.known(KNOWN_LIMIT);
    try {
      const { messages, next } = await this.#connection.command("session.sync", { known });
      messages.forEach((message) => store.applyMessage(message));
      for (let cursor = next ?? oldest(known); store.room === room && cursor > store.oldest; ) {
        const page = await rest.sessions.messages(room.id, cursor);
        page.items.forEach((message) => store.applyMessage(message));
        cursor = page.next ?? "";
      }
    } catch {
      // Dropped again: the next session.ready comes here too.
    }
  }

  #removed(sessionId) {
    if (this.#connection?.sessionId === sessionId) this.#disconnect();
    this.store.removeSession(sessionId);
    this.#tell("lost", { sessionId });
    if (!this.#connection) this.#listen();
  }

  /** The visitor has become a guest, here or in another tab. */
  #becameKnown() {
    this.outbox.belongTo(this.person.id);
    this.outbox.flush();
    this.#look();
  }

  #returned() {
    this.wake();
    this.#look();
  }

  #look() {
    this.loadSessions().catch(() => {}); // the next connection asks again
  }

  // What goes out

  async #createSession() {
    const session = await rest.sessions.create();
    this.store.applySession(session);
    return session;
  }

  /** Over the connection if it is that session's, else by REST. Resolves once the server has acknowledged it. */
  async #deliver({ session_id: sessionId, client_id, command }) {
    const connected = this.#connection?.sessionId === sessionId && this.store.link === "ready";
    const body = { client_id, ...command };
    try {
      const message = connected
        ? (await this.#connection.command("message.send", body)).message
        : await rest.sessions.send(sessionId, body);
      this.store.applyMessage(message);
    } catch (problem) {
      const namesNothingElse = !command.source_image_id && !command.source_image_ids && !command.variation_of;
      if (problem.code === "not_found" && namesNothingElse) this.#removed(sessionId);
      throw problem;
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
