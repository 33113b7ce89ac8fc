// A picture of the gallery that is still being made, or why it was not made.

import { ask, h, pictureUrl, setAttribute, setText, setWords } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { sentenceOf, stageWord, stateOf } from "../picture/labels.js";
import { t } from "../ui/translate.js";

class WorkCard extends HTMLElement {
  message = null;
  #say = h("p.say", { dir: "auto" });
  #frame = h("div.frame", {}, this.#say);
  #title = h("p.title", { dir: "auto" });
  #bar = h("div.bar", { role: "progressbar", "aria-label": t("Progress"), "aria-valuemax": 100 }, h("i"));
  #word = h("span.word");
  #actions = h("span.tools");
  #key = "";

  connectedCallback() {
    if (!this.firstChild) this.append(this.#frame, h("div.line", {}, this.#bar, this.#title, this.#word, this.#actions));
  }

  /** `source`: the picture it is made from, if that is known. */
  update(message, progress, source) {
    const state = stateOf(message);
    const running = state === "running";
    const fraction = running ? (progress?.fraction ?? 0) : 0;
    this.message = message;
    this.dataset.state = state;
    setWords(this.#title, message.content);
    setWords(this.#say, sentenceOf(message, state));
    setText(this.#word, !running ? "" : message.id ? stageWord(message, progress) : t("sending"));
    const url = pictureUrl(source?.thumbnail_url);
    if (url) this.#frame.style.backgroundImage = `url("${url}")`;
    this.#bar.hidden = !running;
    this.#bar.toggleAttribute("data-unknown", !fraction);
    setAttribute(this.#bar, "aria-valuenow", fraction ? Math.floor(fraction * 100) : null);
    this.#bar.style.setProperty("--done", fraction);
    this.#showActions(running, state);
  }

  #showActions(running, state) {
    const { message } = this;
    const again = state === "cancelled" || (state === "failed" && message.error?.retryable);
    const key = `${running} ${again} ${Boolean(message.id)}`;
    if (this.#key === key) return;
    this.#key = key;
    const hadFocus = this.#actions.contains(document.activeElement);
    const buttons = running
      ? [message.id && this.#button("work-stop", t("Stop"), "stop")]
      : [again && this.#button("work-retry", t("Try again"), "again"), this.#button("work-dismiss", t("Dismiss"), "close")];
    this.#actions.replaceChildren(...buttons.filter(Boolean));
    if (hadFocus) this.#actions.firstElementChild?.focus();
  }

  #button(what, label, picture) {
    const onclick = () => ask(this, what, { message: this.message });
    return h("button.quiet", { type: "button", title: label, onclick }, icon(picture), h("span.label", {}, label));
  }
}

customElements.define("work-card", WorkCard);
