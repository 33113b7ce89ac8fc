// A person's data: how much it is, its export, and their removal.

import { h } from "../ui/dom.js";
import { askLine } from "../ui/dialogs.js";
import { notice } from "../ui/notice.js";
import * as rest from "../client/rest.js";
import { bytes, count } from "./words.js";
import { t } from "../ui/translate.js";

class OwnThings extends HTMLElement {
  /** `me`: the form of /api/v1/me/; null for a visitor. */
  show(me) {
    this.replaceChildren(h("h2", {}, t("What you have here")), ...(me ? this.#all(me) : this.#nothing()));
  }

  #nothing() {
    return [h("p.dim", {}, t("Nothing yet. What you make or bring is listed here, to take along or to have removed."))];
  }

  #all(me) {
    return [
      h("p", {}, usage(me)),
      h("p.dim", {}, t("All your chats, messages, pictures and masks, as one zip file.")),
      h("p", {}, h("a.button", { href: rest.me.export, download: true }, t("Take everything along"))),
      h("h2", {}, t("Leave")),
      h("p.dim", {}, t("Everything that you have here is removed, everywhere, and your keys end. Nobody can bring it back.")),
      h("p", {}, h("button.danger", { type: "button", onclick: () => this.#leave(me) }, t("Remove everything"))),
    ];
  }

  async #leave({ name }) {
    const title = t("Remove everything for good?");
    const answer = await askLine({ title, label: t("Type your name to confirm: {name}", { name }), value: "", confirm: t("Remove everything") });
    if (answer === null) return;
    if (answer !== name) {
      notice(t("That is not your name: nothing was removed."));
      return;
    }
    try {
      await rest.me.remove(name);
    } catch (problem) {
      notice(problem.message);
      return;
    }
    forget();
    location.assign("/");
  }
}

function usage({ name, usage, limits }) {
  const pictures = limits.pictures ? t("{used} of {allowed}", { used: count(usage.pictures), allowed: count(limits.pictures) }) : count(usage.pictures);
  const space = limits.bytes ? t("{used} of {allowed}", { used: bytes(usage.bytes), allowed: bytes(limits.bytes) }) : bytes(usage.bytes);
  return t("You are {name}. Pictures: {pictures}, which take {space}, masks and the trash included.", { name, pictures, space });
}

/** Clears the browser's storage. The answer's Clear-Site-Data does too, but not in every browser. */
function forget() {
  try {
    localStorage.clear();
    sessionStorage.clear();
  } catch {
    // Storage is forbidden, and so empty.
  }
}

customElements.define("own-things", OwnThings);
