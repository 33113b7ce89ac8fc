// The sessions at the side, newest first.

import { ask, h, picture, pictureUrl, setAttribute, setText, setWords } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { t } from "../ui/translate.js";

export const titleOf = (session) => session?.title || t("New chat");

class SessionList extends HTMLElement {
  #rows = new Map(); // session id → {row, link, thumb, title, state}
  #list = h("ul");
  #more = h("button.quiet", { type: "button", hidden: true }, t("Show more"));
  #none = h("p.none", { hidden: true }, t("Your chats will be listed here."));

  connect(store) {
    this.store = store;
    this.append(this.#list, this.#none, this.#more);
    this.#more.addEventListener("click", () => ask(this, "more-sessions"));
    store.addEventListener("change", () => this.#render());
    this.#render();
  }

  #render() {
    const { sessions, view, sessionsLoaded, sessionsNext } = this.store;
    sessions.forEach((session, i) => {
      const { row } = this.#update(session, session.id === view.sessionId);
      if (this.#list.children[i] !== row) this.#list.insertBefore(row, this.#list.children[i] ?? null);
    });
    const ids = new Set(sessions.map((session) => session.id));
    for (const id of this.#rows.keys()) if (!ids.has(id)) this.#remove(id);
    this.#none.hidden = !sessionsLoaded || sessions.length > 0;
    this.#more.hidden = !sessionsNext;
  }

  #update(session, viewed) {
    if (!this.#rows.has(session.id)) this.#rows.set(session.id, this.#create(session.id));
    const parts = this.#rows.get(session.id);
    const thumbnail = pictureUrl(session.thumbnail_url);
    const title = titleOf(session);
    setWords(parts.title, title);
    setText(parts.state, session.running ? t("working") : "");
    setAttribute(parts.row, "data-running", Boolean(session.running));
    setAttribute(parts.link, "aria-current", viewed ? "page" : null);
    setAttribute(parts.thumb, "src", thumbnail);
    parts.thumb.hidden = !thumbnail;
    setAttribute(parts.rename, "aria-label", t("Rename {title}", { title }));
    setAttribute(parts.remove, "aria-label", t("Delete {title}", { title }));
    return parts;
  }

  #create(id) {
    const thumb = picture("img", { alt: "", width: 40, height: 40, loading: "lazy", hidden: true });
    const title = h("span.title", { dir: "auto" });
    const state = h("span.state");
    const link = h("a", { href: `/chat/${encodeURIComponent(id)}/`, "data-route": true },
      h("span.thumb", {}, icon("chat"), thumb), title, state);
    const tool = (what, label, picture) =>
      h("button.quiet", { type: "button", title: label, onclick: () => ask(this, what, { id }) }, icon(picture));
    const rename = tool("rename", t("Rename"), "edit");
    const remove = tool("delete", t("Delete"), "trash");
    const row = h("li", {}, link, h("span.tools", {}, rename, remove));
    return { row, link, thumb, title, state, rename, remove };
  }

  /** The focus moves to the neighbour. */
  #remove(id) {
    const { row } = this.#rows.get(id);
    this.#rows.delete(id);
    const next = row.contains(document.activeElement) ? (row.nextElementSibling ?? row.previousElementSibling) : null;
    row.remove();
    next?.querySelector("a").focus();
  }
}

customElements.define("session-list", SessionList);
