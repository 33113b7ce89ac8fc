// Requests sent from the gallery: in a session that no list shows, over that session's connection.

import { newId } from "../ui/dom.js";
import { Problem } from "../client/problem.js";
import * as rest from "../client/rest.js";
import { Connection } from "../client/socket.js";
import { Store } from "../client/store.js";

const KEY = "studio.work"; // the session's id, for this tab's next page load

/**
 * Events: "message" {message, before} for each that changes; one that could not be sent has no id. "progress".
 * "news": the connection says that something of this person's has changed elsewhere.
 */
export class Work extends EventTarget {
  #store = new Store();
  #connection = null;

  constructor() {
    super();
    this.#store.addEventListener("message", ({ detail: { before, after } }) => this.#tell(after, before));
    this.#store.addEventListener("change", () => this.dispatchEvent(new Event("progress")));
    for (const sign of ["online", "pageshow"]) window.addEventListener(sign, () => this.#connection?.wake());
  }

  /** Resumes what was running when the page was left. */
  resume() {
    try {
      const id = sessionStorage.getItem(KEY);
      if (id) this.#connect(id);
    } catch {
      // Storage is forbidden: the pictures appear once they are done.
    }
  }

  get running() {
    return this.#store.messages.filter((message) => message.status === "PROCESSING");
  }

  progress(message) {
    return this.#store.progress(message);
  }

  /** `request`: {content, options, source, mask}, as the chat sends it. Resolves once the studio has accepted or refused it. */
  async begin(request, client_id = newId()) {
    const { content, options, source, mask } = request;
    const unsent = { id: null, client_id, content, source_image_id: source.id, options, image: null, request, stage: "queued" };
    this.#tell({ ...unsent, status: "PROCESSING" });
    try {
      const message = await rest.generate({
        ...options, client_id, prompt: content, source_image_id: source.id, ...(mask && { mask_image_id: mask.id }),
      });
      this.#connect(message.session_id);
      this.#store.applyMessage(message);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const { code, retryable, message } = problem;
      this.#tell({ ...unsent, status: "FAILED", error: { code, message, retryable } });
    }
  }

  async stop({ session_id: sessionId, id }) {
    this.#store.applyMessage(await rest.messages.cancel(sessionId, id));
  }

  async retry(message) {
    if (!message.id) return this.begin(message.request, message.client_id);
    return this.#store.applyMessage(await rest.messages.retry(message.session_id, message.id));
  }

  #connect(sessionId) {
    if (this.#connection?.sessionId === sessionId) return;
    this.#connection?.close();
    this.#store.show({ sessionId });
    this.#store.enter(sessionId);
    this.#keep(sessionId);
    this.#connection = new Connection(sessionId, {
      onFrame: (frame) => this.#receive(frame),
      onState: (state) => {
        if (state === "connecting") this.#store.connecting();
        if (state === "gone") this.#forget();
      },
      isWorking: () => this.#store.isWorking,
    });
    this.#connection.open();
  }

  #receive(frame) {
    if (frame.type === "session.ready") this.#store.applyReady(frame);
    else if (frame.type === "message.changed") this.#store.applyMessage(frame.message);
    else if (frame.type === "message.progress") this.#store.applyProgress(frame);
    else if (frame.type === "image.changed" || frame.type === "session.changed") this.dispatchEvent(new Event("news"));
  }

  #forget() {
    this.#connection?.close();
    this.#connection = null;
    this.#keep(null);
  }

  #keep(sessionId) {
    try {
      if (sessionId) sessionStorage.setItem(KEY, sessionId);
      else sessionStorage.removeItem(KEY);
    } catch {
      // Storage is forbidden.
    }
  }

  #tell(message, before = null) {
    this.dispatchEvent(new CustomEvent("message", { detail: { message, before } }));
  }
}
