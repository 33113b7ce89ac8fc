// The state of the connection, as a dot and a word. Its space is reserved, so that nothing moves when it changes.

import { ask, h, setText } from "../ui/dom.js";
import { announce } from "../ui/notice.js";
import { LINKS } from "../picture/labels.js";
import { t } from "../ui/translate.js";

const CALM_MS = 1_500; // a shorter interruption is not announced

class LinkState extends HTMLElement {
  #words = h("span.words");
  #why = h("a", { href: "/you/keys/", hidden: true }, t("Why, and what now?"));
  #now = h("button.quiet", { type: "button", hidden: true }, t("Try now"));
  #timer = 0;
  #spoken = "ready";

  connect({ store, outbox }) {
    Object.assign(this, { store, outbox });
    this.append(h("span.dot", { "aria-hidden": "true" }), this.#words, this.#why, this.#now);
    this.#now.addEventListener("click", () => ask(this, "reconnect"));
    for (const source of [store, outbox]) source.addEventListener("change", () => this.#render());
    this.#render();
  }

  #state() {
    const { link, silentWork } = this.store;
    if (link === "ready") return silentWork ? "silent-work" : link;
    const unsent = this.outbox.entries().some((entry) => !entry.error);
    if (link === "silent") return unsent ? "silent-kept" : link;
    if (link === "waiting" || this.outbox.trouble === "offline") return unsent ? "kept" : "waiting";
    return link;
  }

  #render() {
    const state = this.#state();
    this.dataset.state = { kept: "waiting", "silent-kept": "silent" }[state] ?? state;
    setText(this.#words, LINKS[state]);
    this.#why.hidden = state !== "blocked";
    this.#now.hidden = !["waiting", "silent"].includes(this.dataset.state);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#speak(state), CALM_MS);
  }

  #speak(state) {
    if (state === this.#spoken || state === "connecting" || !LINKS[state]) return;
    this.#spoken = state;
    announce(LINKS[state]);
  }
}

customElements.define("link-state", LinkState);
