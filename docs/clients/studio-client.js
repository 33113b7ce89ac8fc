// A client of AI Photo Studio to copy: for pages of any origin that STUDIO_API_ORIGINS names, and for Node.js 22 or newer.
//
//   const token = await becomeGuest("http://127.0.0.1:9999");
//   const conversation = await Conversation.begin("http://127.0.0.1:9999", token);
//   const message = await conversation.ask("Create a sunset landscape");
//   image.src = new URL(message.image_url, "http://127.0.0.1:9999");
//
// It connects again after any drop, with a new ticket each time, catches up by the messages' versions, and sends again what was
// not answered: under the same `client_id`, so that nothing is made twice.

/**
 * @typedef {{id: string, client_id: string, status: "PROCESSING"|"DONE"|"FAILED"|"CANCELLED", version: number,
 *   reply: string|null, image_url: string|null, error: {code: string, message: string}|null}} Message  and more: docs/protocol.md
 */

const FINAL = { 4401: "Nobody knows this token.", 4404: "There is no such session, or it is not yours." };
const SILENCE_MS = 10_000; // after a ping
const LONGEST_PAUSE_MS = 30_000;

export class StudioError extends Error {
  constructor({ code, detail, message = detail, retryable = false, retry_after = null }) {
    super(message);
    Object.assign(this, { code, retryable, retryAfter: retry_after });
  }
}

/** A POST; the parsed answer. */
async function post(url, token) {
  const answer = await fetch(url, { method: "POST", headers: token ? { Authorization: `Bearer ${token}` } : {} });
  const form = await answer.json();
  if (!answer.ok) throw new StudioError(form);
  return form;
}

export async function becomeGuest(base) {
  return (await post(`${base}/api/v1/auth/guest/`)).token;
}

export class Conversation {
  /** By id, of each the highest version. @type {Map<string, Message>} */
  messages = new Map();
  #asked = new Map(); // by client_id: what was sent, and who waits for it
  #socket = null; // once it has said `session.ready`
  #pause = 500;
  #closed = false;
  #ended = null; // why it does not connect again

  constructor(base, token, id) {
    Object.assign(this, { base, token, id });
    this.#connect();
  }

  static async begin(base, token) {
    return new Conversation(base, token, (await post(`${base}/api/v1/chat/sessions/`, token)).id);
  }

  /** Resolves when the message has ended: DONE, perhaps with a `reply` and no picture, or FAILED, or CANCELLED. */
  async ask(content, fields = {}) {
    if (this.#ended) throw this.#ended;
    const client_id = crypto.randomUUID();
    const frame = { type: "message.send", id: client_id, client_id, content, ...fields };
    return new Promise((resolve, reject) => {
      this.#asked.set(client_id, { frame, resolve, reject });
      this.#send(frame);
    });
  }

  close() {
    this.#closed = true;
    this.#socket?.close();
  }

  #send(frame) {
    this.#socket?.send(JSON.stringify(frame)); // where there is none, or it is gone: again after `session.ready`
  }

  async #connect() {
    let protocols;
    try {
      ({ protocols } = await post(`${this.base}/api/v1/auth/tickets/`, this.token));
    } catch (error) {
      return error.code === "unauthorized" ? this.#end(error) : this.#again();
    }
    const socket = new WebSocket(`${this.base.replace(/^http/, "ws")}/ws/sessions/${this.id}/`, protocols);
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data), socket);
    socket.onclose = ({ code }) => {
      this.#socket = null;
      clearInterval(socket.pinging);
      clearTimeout(socket.silence);
      if (FINAL[code]) this.#end(new StudioError({ code, message: FINAL[code] }));
      else this.#again();
    };
  }

  #again() {
    if (this.#closed) return;
    setTimeout(() => this.#connect(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  #end(error) {
    this.#ended = error;
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }

  #take(frame, socket) {
    clearTimeout(socket.silence);
    const body = frame.ok ?? frame;
    for (const message of [...(body.messages ?? []), ...(body.message ? [body.message] : [])]) this.#keep(message);
    if (frame.type === "session.ready") this.#begin(socket, frame.ping_s);
    else if (frame.error) this.#refused(frame);
  }

  #keep(message) {
    if (message.version > (this.messages.get(message.id)?.version ?? 0)) this.messages.set(message.id, message);
    if (message.status === "PROCESSING") return;
    this.#asked.get(message.client_id)?.resolve(message);
    this.#asked.delete(message.client_id);
  }

  #begin(socket, ping_s) {
    this.#socket = socket;
    this.#pause = 500;
    socket.pinging = setInterval(() => {
      this.#send({ type: "ping", id: 0 });
      socket.silence = setTimeout(() => socket.close(), SILENCE_MS);
    }, 1000 * ping_s);
    const known = Object.fromEntries([...this.messages].slice(-500).map(([id, { version }]) => [id, version]));
    this.#send({ type: "session.sync", id: 0, known });
    for (const { frame } of this.#asked.values()) this.#send(frame);
  }

  #refused({ id, error }) {
    const asked = this.#asked.get(id);
    if (!asked) return;
    if (error.retryable) {
      setTimeout(() => this.#send(asked.frame), 1000 * (error.retry_after ?? 5));
    } else {
      this.#asked.delete(id);
      asked.reject(new StudioError(error));
    }
  }
}
