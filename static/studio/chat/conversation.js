// The conversation: one card per request, oldest first. It stays at its end unless the person has scrolled away.

import { ask, h } from "../ui/dom.js";
import { groupMessages } from "./groups.js";
import "./message-card.js";
import { sourcesOf } from "./sending.js";
import { t } from "../ui/translate.js";

const NEAR_END_PX = 120;
const GAP_PX = 12; // above a card whose beginning is kept in view

class StudioConversation extends HTMLElement {
  #cards = new Map(); // group key → <message-card>
  #list = h("ol.cards");
  #earlier = h("button.quiet.earlier", { type: "button", hidden: true }, t("Load earlier"));
  #opening = h("p.opening", { hidden: true }, t("Opening…"));
  #atEnd = true;
  #viewed = "";

  /** `store`, `outbox`; `pictures`: see pictures.js. */
  connect({ store, outbox, pictures, welcome }) {
    Object.assign(this, { store, outbox, pictures, welcome });
    this.append(this.#earlier, this.#opening, this.#list);
    this.#earlier.addEventListener("click", () => ask(this, "earlier"));
    this.addEventListener("scroll", () => (this.#atEnd = this.#distanceToEnd() < NEAR_END_PX), { passive: true });
    const observer = new ResizeObserver(() => this.#keepEnd());
    [this, this.#list].forEach((part) => observer.observe(part));
    for (const source of [store, outbox, pictures]) source.addEventListener("change", () => this.#render());
    this.#render();
  }

  /** Scrolls to what the person has just sent. */
  toEnd() {
    this.#cards.forEach((card) => card.settle());
    this.#atEnd = true;
    this.#render();
  }

  /** Shows the variations that were just requested, in this message's card. */
  showMore(message) {
    this.#render();
    const card = [...this.#cards.values()].find(({ group }) => group.members.some(({ id }) => id === message.id));
    card?.lastPicture?.scrollIntoView({ block: "nearest" });
  }

  #render() {
    const { store } = this;
    const { sessionId, draft } = store.view;
    if (this.#viewed !== `${sessionId}/${draft}`) this.#switchTo(sessionId, draft);
    const waiting = this.outbox.entries().filter((entry) => this.#isHere(entry));
    const groups = groupMessages(store.messages, waiting, (id) => this.pictures.of(id));
    this.#keepPlace(() => this.#show(groups));
  }

  #show(groups) {
    const { store } = this;
    this.#place(groups);
    this.#opening.hidden = !store.opening || groups.length > 0;
    const wasFocused = document.activeElement === this.#earlier;
    this.#earlier.hidden = store.opening || !store.view.sessionId || !store.room.next;
    if (wasFocused && this.#earlier.hidden) this.focus({ preventScroll: true });
    this.welcome.hidden = store.opening || groups.length > 0;
    this.classList.toggle("empty", !this.welcome.hidden);
  }

  /** Keeps the scroll position when earlier messages are inserted above. */
  #keepPlace(change) {
    const anchor = this.#atEnd ? null : this.#list.firstElementChild;
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.scrollTop += anchor.getBoundingClientRect().top - before;
    this.#keepEnd();
  }

  /** Shows another conversation. A draft that has just become a session is the same one: its cards stay. */
  #switchTo(sessionId, draft) {
    const samePlace = draft && this.#viewed === `null/${draft}`;
    this.#viewed = `${sessionId}/${draft}`;
    if (samePlace) return;
    this.#cards.clear();
    this.#list.replaceChildren();
    this.#atEnd = true;
  }

  #isHere(entry) {
    const { sessionId, draft } = this.store.view;
    return sessionId ? entry.session_id === sessionId : draft !== null && entry.draft === draft;
  }

  #place(groups) {
    const { trouble } = this.outbox;
    const progressOf = (message) => this.store.progress(message);
    const missingOf = (message) => this.store.missing(message);
    for (const [i, group] of groups.entries()) {
      const card = this.#card(group.key);
      if (this.#list.children[i] !== card.parentElement) {
        this.#list.insertBefore(card.parentElement, this.#list.children[i] ?? null);
      }
      const sources = sourcesOf(group.members[0]).map((id) => this.pictures.of(id));
      card.update(group, { progressOf, missingOf, sources, trouble });
      if (this.#atEnd && i === groups.length - 1) card.shrink(); // nothing below it moves
    }
    this.#removeAllBut(new Set(groups.map((group) => group.key)));
  }

  #card(key) {
    if (!this.#cards.has(key)) {
      const card = h("message-card");
      h("li", {}, card);
      this.#cards.set(key, card);
    }
    return this.#cards.get(key);
  }

  #removeAllBut(keys) {
    for (const [key, card] of this.#cards) {
      if (keys.has(key)) continue;
      card.parentElement.remove();
      this.#cards.delete(key);
    }
  }

  #distanceToEnd() {
    return this.scrollHeight - this.scrollTop - this.clientHeight;
  }

  #keepEnd() {
    if (this.#atEnd) this.scrollTop = this.welcome.hidden ? this.#end() : 0;
  }

  /** The end, but not past the top of a last card that says what was left out. */
  #end() {
    const last = this.#list.lastElementChild;
    if (!last?.querySelector(".reply:not(:empty)")) return this.scrollHeight;
    const top = last.getBoundingClientRect().top - this.getBoundingClientRect().top + this.scrollTop;
    return Math.min(this.scrollHeight, top - GAP_PX);
  }
}

customElements.define("studio-conversation", StudioConversation);
