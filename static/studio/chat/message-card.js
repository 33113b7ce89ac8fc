// A request and its answer: the person's text, the refined prompt, and one to four pictures.

import { ask, h, picture, pictureUrl, setAttribute, setText, setWords } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import "../picture/picture-box.js";
import { hiddenSentence, stateOf } from "../picture/labels.js";
import { suggestionButtons } from "../picture/suggestions.js";
import { t } from "../ui/translate.js";

const SAME_FOR_ALL = new Set(["reply", "refused"]);
const SHRINK_MS = 450;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const UNFINISHED = new Set(["running", "kept"]);

/** Lower case, without punctuation and extra spaces: the refined prompt is hidden if it only repeats the request. */
const inOneForm = (words) => words.toLowerCase().replace(/[\s.!]+/g, " ").trim();

/** Variations are added four at a time, below the pictures that are there, which keep their place. */
function layoutOf(count) {
  if (count === 1) return "one";
  return ["two", "one-and-two", "two", "three"][count % 4];
}

const keyOf = (sources) => sources.map((source) => source?.thumbnail_url ?? source?.state ?? "").join(" ");

/** Stands for a picture that was hidden or deleted; null for one that is not known. */
function gapOf(source) {
  if (!source) return null;
  const why = source.state === "hidden" ? hiddenSentence(source) : t("A deleted picture");
  return h("span.gap", { role: "img", "aria-label": why, title: why });
}

class MessageCard extends HTMLElement {
  #content = h("h2.content", { dir: "auto" });
  #sources = h("span.sources", { hidden: true });
  #sourcesKey = "";
  #reply = h("p.reply", { dir: "auto" });
  #instead = h("p.instead", { role: "group", "aria-label": t("Instead") });
  #refined = h("span.refined", { dir: "auto" });
  #note = h("p.note", {}, this.#refined);
  #more = h("button.quiet.more", { type: "button", "aria-expanded": "false" }, t("More"));
  #tools = h("span.tools");
  #boxes = h("div.boxes");
  #seen = null;
  #toolsKey = "";
  #offered = "";
  #live = false;
  #latest = null; // the arguments of the last update

  connectedCallback() {
    if (this.firstChild) return;
    this.#more.addEventListener("click", () => this.#open(this.#more.getAttribute("aria-expanded") === "false"));
    this.append(
      h("article", {}, h("div.ask", {}, this.#sources, this.#content),
        h("div.about", {}, h("div.told", {}, this.#reply, this.#instead, this.#note), this.#more, this.#tools), this.#boxes),
    );
  }

  /** `group` as groups.js makes it; `progressOf(message)`, `missingOf(message)`: see store.js; `sources`: the public forms
   * of the source pictures, null for one that is not known. */
  update(group, { progressOf, missingOf, sources, trouble }) {
    this.#latest = [group, { progressOf, missingOf, sources, trouble }];
    const progress = group.members.map(progressOf);
    const missing = group.members.map(missingOf);
    const { width, height } = group.size;
    const seen = [width, height, keyOf(sources), trouble, this.#live, ...group.members, ...progress, ...missing];
    if (this.#seen?.length === seen.length && seen.every((part, i) => part === this.#seen[i])) return;
    const states = group.members.map(stateOf);
    if (states.some((state) => UNFINISHED.has(state))) this.#live = true;
    seen[4] = this.#live;
    this.#seen = seen;
    this.#update(group, { progress, missing, states, sources, trouble });
  }

  /** Called with the next request: a card that ended without a picture may shrink now. */
  settle() {
    if (this.#live && !this.querySelector('[data-state="running"], [data-state="kept"]')) this.#live = false;
  }

  /** Animates the box to the size of a text that came instead of a picture. */
  shrink() {
    if (!this.#live || !this.hasAttribute("data-one-answer") || STILL.matches) return;
    const article = this.firstElementChild;
    const before = article.offsetHeight;
    this.#live = false;
    this.update(...this.#latest);
    const height = [before, article.offsetHeight].map((pixels) => `${pixels}px`);
    article.animate({ height, overflow: "clip" }, { duration: SHRINK_MS, easing: "ease-in-out", fill: "backwards" });
  }

  get lastPicture() {
    return this.#boxes.lastElementChild;
  }

  #update(group, { progress, missing, states, sources, trouble }) {
    const [first] = group.members;
    const allWords = states.every((state) => state === states[0] && SAME_FOR_ALL.has(state));
    this.group = group;
    this.toggleAttribute("data-live", this.#live);
    this.toggleAttribute("data-one-answer", allWords);
    setWords(this.#content, first.content);
    this.#showSources(sources);
    const refined = group.members.find((message) => message.refined_prompt)?.refined_prompt ?? "";
    setWords(this.#reply, allWords ? "" : (first.reply ?? ""), first.language ?? undefined);
    setWords(this.#refined, allWords || inOneForm(refined) === inOneForm(first.content) ? "" : refined);
    this.#offer(allWords ? {} : first);
    const cut = this.#note.scrollHeight > this.#note.clientHeight + 2 || this.#note.classList.contains("whole");
    setAttribute(this.#more, "aria-hidden", cut ? null : "true");
    this.#showTools(states, allWords);
    this.#showBoxes(group, { progress, missing, trouble });
  }

  #showSources(sources) {
    const key = keyOf(sources);
    if (key === this.#sourcesKey) return;
    this.#sourcesKey = key;
    const several = sources.length > 1;
    const shown = sources.map((source, i) => {
      const src = pictureUrl(source?.thumbnail_url);
      const alt = several ? t("Picture {number}", { number: i + 1 }) : t("The picture this is about");
      const img = src ? picture("img.source", { src, alt, width: 56, height: 56 }) : gapOf(source);
      return several ? h("span.numbered", {}, img ?? h("span.gap"), h("span.number", { "aria-hidden": "true" }, String(i + 1))) : img;
    });
    this.#sources.replaceChildren(...shown.filter(Boolean));
    this.#sources.hidden = !this.#sources.childElementCount;
  }

  /** What can be done about what was left out. Rebuilt only when it changes, so that a focused button stays the same one. */
  #offer(message) {
    const key = JSON.stringify(message.suggestions ?? []);
    if (key === this.#offered) return;
    this.#offered = key;
    this.#instead.replaceChildren(...suggestionButtons(message));
  }

  #showTools(states, allWords) {
    const running = states.filter((state) => state === "running").length;
    const key = running > 1 ? "stop" : running || allWords || states.includes("kept") ? "" : "use";
    if (key === this.#toolsKey) return;
    this.#toolsKey = key;
    const tool = (what, label, picture) =>
      h("button.quiet", { type: "button", title: label, onclick: () => ask(this, what, { group: this.group }) },
        icon(picture), h("span.label", {}, label));
    this.#tools.replaceChildren(
      ...(key === "stop" ? [tool("stop-all", t("Stop all"), "stop")] : []),
      ...(key === "use" ? [tool("use", t("Use this prompt"), "quote")] : []),
    );
  }

  #showBoxes(group, { progress, missing, trouble }) {
    const { members, size } = group;
    setAttribute(this.#boxes, "data-layout", layoutOf(members.length));
    while (this.#boxes.childElementCount > members.length) this.#boxes.lastElementChild.remove();
    members.forEach((message, i) => {
      if (!this.#boxes.children[i]) this.#boxes.append(h("picture-box"));
      this.#boxes.children[i].update({ message, progress: progress[i], missing: missing[i], size, trouble, live: this.#live });
    });
  }

  #open(whole) {
    this.#note.classList.toggle("whole", whole);
    setAttribute(this.#more, "aria-expanded", String(whole));
    setText(this.#more, whole ? t("Less") : t("More"));
  }
}

customElements.define("message-card", MessageCard);
