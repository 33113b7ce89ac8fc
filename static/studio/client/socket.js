// The WebSocket of one session: reconnects when it drops, and reports its state.

import { Problem, unreachable } from "./problem.js";

const PATIENCE_MS = 10_000; // silence that means the connection is gone
const PING_AFTER_MS = PATIENCE_MS / 2; // silence during work, after which a ping is sent
const STABLE_MS = 5_000; // an accepted connection that dies sooner does not reset the backoff
const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const CLOSED = { unauthenticated: 4401, blocked: 4403, gone: 4404, tooMany: 4429 };

/**
 * States: connecting, ready (after session.ready), waiting (for the next try), silent (connected or not, nobody answers),
 * unauthenticated (the cookie is not valid), blocked (by staff), gone (there is no such session), closed. `onState(state)`, `onFrame(frame)`;
 * `isWorking()`: whether events of running work are expected.
 */
export class Connection {
  state = "closed";
  #socket = null;
  #pending = new Map(); // command id → {resolve, reject, timer}
  #lastId = 0;
  #failures = 0;
  #wasReady = false; // whether the latest socket was
  #timers = { patience: 0, ping: 0, retry: 0, stable: 0, silence: 0 };

  constructor(sessionId, { onFrame, onState, isWorking }) {
    this.sessionId = sessionId;
    this.onFrame = onFrame;
    this.onState = onState;
    this.isWorking = isWorking;
  }

  open() {
    this.#drop();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/sessions/${encodeURIComponent(this.sessionId)}/`);
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => this.#lost(event.code);
    this.#socket = socket;
    this.#wasReady = false;
    this.#timers.patience = setTimeout(() => this.#unanswered(), PATIENCE_MS);
    this.#enter("connecting");
  }

  close() {
    // Closing a socket that is not open yet logs an error in the browser's console: it is closed as soon as it is open.
    if (this.#socket?.readyState === WebSocket.CONNECTING) {
      const socket = this.#socket;
      socket.onmessage = socket.onclose = null;
      socket.onopen = () => socket.close();
      this.#socket = null;
    }
    this.#drop();
    this.#enter("closed");
  }

  /** The network is back, or the page is shown again: reconnect or ping at once. */
  wake() {
    if (this.state === "waiting" || this.state === "silent") this.open();
    else if (this.state === "ready") this.#ping();
  }

  /** The browser reports no network. A studio on the same machine may still answer, so it is tried again. */
  cut() {
    if (["connecting", "ready", "silent"].includes(this.state)) this.#lost(1006);
  }

  /** Resolves with the reply's `ok`; rejects with a `Problem`. */
  command(type, fields = {}) {
    if (this.state !== "ready") return Promise.reject(unreachable());
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const timer = setTimeout(() => this.#unanswered(), PATIENCE_MS);
      this.#pending.set(id, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ id, type, ...fields }));
    });
  }

  #receive(frame) {
    if ("id" in frame) this.#answered(frame);
    else {
      if (frame.type === "session.ready") this.#ready(frame);
      this.onFrame(frame);
    }
    this.#frameArrived();
  }

  #frameArrived() {
    if (this.state === "silent") this.#enter("ready");
    clearTimeout(this.#timers.silence);
    this.#timers.silence = setTimeout(() => this.#pingIfWorking(), PING_AFTER_MS);
  }

  /** Without running work, the regular ping is enough. */
  #pingIfWorking() {
    if (this.state !== "ready" || !this.isWorking()) return;
    this.#ping();
    this.#timers.silence = setTimeout(() => this.#enter("silent"), PATIENCE_MS - PING_AFTER_MS);
  }

  #ready(frame) {
    clearTimeout(this.#timers.patience);
    this.#wasReady = true;
    this.#timers.stable = setTimeout(() => (this.#failures = 0), STABLE_MS);
    this.pingMs = frame.ping_s * 1000;
    this.#schedulePing();
    this.#enter("ready");
  }

  #answered({ id, ok, error }) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (error) pending.reject(new Problem(error));
    else pending.resolve(ok);
  }

  #schedulePing() {
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => this.#ping(), this.pingMs);
  }

  #ping() {
    this.command("ping").then(
      () => this.#schedulePing(),
      () => {}, // a dropped connection is already being handled
    );
  }

  #lost(code) {
    this.#drop();
    // The cookie has ended, but there may be a new one: a sign-up changes it.
    if (code === CLOSED.unauthenticated && this.#wasReady) this.#retry("waiting", FIRST_MS);
    else if (code === CLOSED.unauthenticated) this.#enter("unauthenticated");
    else if (code === CLOSED.blocked) this.#enter("blocked");
    else if (code === CLOSED.gone) this.#enter("gone");
    else {
      const step = code === CLOSED.tooMany ? LONGEST_MS * 2 : Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
      this.#failures += 1;
      this.#retry("waiting", step);
    }
  }

  /** Without backoff: each attempt takes PATIENCE_MS by itself. */
  #unanswered() {
    this.#drop();
    this.#retry("silent", FIRST_MS);
  }

  #retry(state, step) {
    // Jitter: after a restart of the server not all clients reconnect at once.
    this.#timers.retry = setTimeout(() => this.open(), step * (0.75 + Math.random() / 2));
    this.#enter(state);
  }

  #drop() {
    Object.values(this.#timers).forEach(clearTimeout);
    if (this.#socket) {
      this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
      this.#socket = null;
    }
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of pending) {
      clearTimeout(timer);
      reject(unreachable());
    }
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.onState(state);
  }
}
