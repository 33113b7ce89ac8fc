// One message's picture: a box that has its final shape from the start, and two lines of fixed height below.

import { Comparison } from "./comparison.js";
import { config } from "../ui/config.js";
import { downloadLink } from "../ui/download.js";
import { ask, h, picture, pictureUrl, placeholderUrl, setAttribute, setText, setWords } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import "./quick-actions.js";
import { suggestionButtons } from "./suggestions.js";
import { appealButton, mayAppeal } from "../moderation/appeal.js";
import { hasSource, varies } from "./actions.js";
import { keptWord, MISSING, sentenceOf, stageWord, stateOf } from "./labels.js";
import { languageOf, t } from "../ui/translate.js";

const LOAD_AGAIN_MS = 10_000;
const RETRYABLE = new Set(["failed", "cancelled"]);

class PictureBox extends HTMLElement {
  #frame = h("div.frame");
  #say = h("p.say", { dir: "auto" });
  #bar = h("div.bar", { role: "progressbar", "aria-label": t("Progress"), "aria-valuemax": 100 }, h("i"));
  #word = h("span.word");
  #actions = h("span.actions");
  #tools = h("quick-actions", { hidden: true });
  #comparison = new Comparison(this.#frame);
  #picture = null; // the button around the image, while one is shown
  #actionsKey = "";

  connectedCallback() {
    if (this.firstChild) return;
    this.#frame.append(this.#say);
    this.#tools.also = () => [...this.#actions.children].filter((action) => !action.checkVisibility());
    this.append(this.#frame, h("div.foot", {}, this.#bar, this.#word, this.#actions), h("div.under-foot", {}, this.#tools));
  }

  /** `size`: {width, height} of the box; `missing`: see store.js; `trouble`: see outbox.js. */
  update({ message, progress, missing, size, trouble, live }) {
    const state = stateOf(message);
    this.message = message;
    this.dataset.state = state;
    setAttribute(this, "data-missing", missing);
    this.style.setProperty("--w", size.width);
    this.style.setProperty("--h", size.height);
    // A box that was shown while it ran keeps its size, so that nothing jumps; otherwise it takes the space that its text needs.
    const words = !["running", "kept", "shown"].includes(state);
    this.toggleAttribute("data-compact", words && !live);
    setWords(this.#say, sentenceOf(message, state));
    const draft = state === "running" ? placeholderUrl(progress?.placeholder) : null;
    this.#frame.toggleAttribute("data-draft", Boolean(draft));
    this.#showPicture(state === "shown" ? message.image : null, draft);
    this.#showProgress(state, progress, missing, trouble);
    this.#showActions(state);
    this.#tools.hidden = state !== "shown";
    if (state === "shown") this.#tools.show(message.image, varies(message, config.varying));
  }

  /** `draft`: the URL of the service's preview, shown until the picture is there. */
  #showPicture(image, draft) {
    const url = pictureUrl(image?.url);
    if (this.#picture?.dataset.url === url) return;
    this.#picture?.remove();
    this.#picture = null;
    this.#comparison.end();
    const placeholder = placeholderUrl(image?.placeholder) ?? draft;
    this.#frame.style.backgroundImage = placeholder ? `url("${placeholder}")` : "";
    if (!url) return;
    const { content, intent, refined_prompt } = this.message;
    const alt = hasSource(intent) ? content : refined_prompt || content; // an edit's prompt is an instruction to a tool
    const img = picture("img", { alt, lang: languageOf(alt) || null, width: image.width, height: image.height });
    img.addEventListener("load", () => setText(this.#say, ""));
    img.addEventListener("error", () => {
      if (!img.isConnected) return; // something else is shown by now
      setText(this.#say, t("The picture could not be loaded."));
      setTimeout(() => img.isConnected && (img.src = url), LOAD_AGAIN_MS);
    });
    img.src = url;
    this.#picture = h("button.open", { type: "button", title: t("Look closer"), onclick: () => this.#ask("look") }, img);
    this.#picture.dataset.url = url;
    this.#frame.append(this.#picture);
  }

  #showProgress(state, progress, missing, trouble) {
    const { message } = this;
    const running = state === "running";
    const percent = Math.floor((progress?.fraction ?? 0) * 100);
    const stage = () => [stageWord(message, progress), MISSING[missing]].filter(Boolean).join(", ");
    setText(this.#word, running ? stage() : state === "kept" ? keptWord(trouble) : "");
    this.#bar.hidden = !running;
    setAttribute(this.#bar, "aria-valuenow", progress?.fraction > 0 ? percent : null);
    this.#bar.toggleAttribute("data-unknown", !(progress?.fraction > 0));
    this.#bar.style.setProperty("--done", percent / 100);
  }

  /** Rebuilt only when the actions change, so that a focused button keeps the focus. */
  #showActions(state) {
    const { message } = this;
    const retry = RETRYABLE.has(state) && (state === "cancelled" || message.error?.retryable);
    const key = `${state} ${retry} ${message.image?.url} ${message.image?.appeal}`;
    if (key === this.#actionsKey) return;
    this.#actionsKey = key;
    const hadFocus = this.#actions.contains(document.activeElement);
    this.#actions.replaceChildren(...this.#actionsFor(state, retry));
    if (hadFocus) (this.#actions.firstElementChild ?? this.#picture ?? document.querySelector("#say")).focus();
  }

  #actionsFor(state, retry) {
    const { message } = this;
    if (state === "running") return [this.#button("stop", t("Stop"), "stop")];
    if (mayAppeal(message.image)) return [appealButton(message.image)];
    if (state === "reply") return suggestionButtons(message);
    if (state === "kept") return [this.#button("discard", t("Do not send"), "close")];
    if (state === "refused") {
      return [this.#button("rewrite", t("Edit"), "edit"), this.#button("discard", t("Discard"), "trash")];
    }
    if (state === "shown") {
      const compare = hasSource(message.intent) && this.#comparison.button(message.image);
      const download = downloadLink(pictureUrl(message.image.url));
      return [compare, this.#button("edit", t("Edit this"), "edit"), download].filter(Boolean);
    }
    return retry ? [this.#button("retry", state === "failed" ? t("Try again") : t("Paint it after all"), "again")] : [];
  }

  #button(what, label, picture) {
    const words = h("span.label", {}, label);
    return h("button.quiet", { type: "button", title: label, onclick: () => this.#ask(what) }, icon(picture), words);
  }

  #ask(what) {
    ask(this, what, { message: this.message, image: this.message.image });
  }
}

customElements.define("picture-box", PictureBox);
