// The pictures attached to the next message, with quick actions. If the providers can work from several pictures, these may go
// with one message, as "picture 1", "picture 2"; else each is a message of its own.

import { config } from "../ui/config.js";
import { ask, h, setText } from "../ui/dom.js";
import { announce, notice } from "../ui/notice.js";
import "../picture/quick-actions.js";
import "./photo-chip.js";
import { plural, t } from "../ui/translate.js";

const MOST = Math.max(8, config.can.pictures);

const NAMED = /(?:^|[^\p{L}])(?:picture|photo|image|ảnh|hình) *(?:no\.? *|number *|số *)?[1-9](?!\d|\p{L})/iu; // "the sky of picture 2"

const trouble = (count) => (count > 1 ? t("Remove what could not be taken, and the rest can be sent.") : t("Remove it to send your words without it."));

/** Event (bubbling): "photo" whenever `photos`, `together`, `busy` or `failed` changes. */
class PhotoChips extends HTMLElement {
  #list = h("div.chips", { role: "group", "aria-label": t("Photos") });
  #note = h("p.note", { role: "status", hidden: true });
  #each = h("input", { type: "checkbox", onchange: () => this.#choose(), checked: !config.can.together });
  #choice = h("label.each", { hidden: true }, this.#each, h("span", {}, t("Each photo by itself")));
  #tools = h("quick-actions", { hidden: true });
  #chosen = false; // the person has chosen whether they are sent together
  #queue = Promise.resolve(); // one upload after the other

  connectedCallback() {
    if (this.firstChild) return;
    this.hidden = true;
    this.append(this.#list, this.#note, this.#choice, this.#tools);
    this.addEventListener("photo", (event) => event.target !== this && this.#changed());
    this.addEventListener("leave", ({ target }) => this.#drop(target));
    this.addEventListener("move", ({ target, detail: { to } }) => this.#move(target, to));
    this.#tools.addEventListener("ask", (event) => this.#forEach(event));
  }

  get #chips() {
    return [...this.#list.children];
  }

  /** [{image, mask}], in the order of their numbers */
  get photos() {
    return this.#chips.filter(({ image }) => image).map(({ image, mask }) => ({ image, mask }));
  }

  /** Whether several go with one message. */
  get together() {
    const count = this.#list.childElementCount;
    return count > 1 && count <= config.can.pictures && this.wantsTogether;
  }

  /** Whether they would, if there were several. */
  get wantsTogether() {
    return !this.#each.checked;
  }

  /** If the text names one of several photos ("picture 2"), sends them together, unless the person has chosen otherwise. */
  heed(words) {
    if (config.can.pictures < 2 || this.#chosen || this.wantsTogether || this.#list.childElementCount < 2 || !NAMED.test(words)) return;
    this.#each.checked = false;
    this.#changed();
  }

  /** How many are not uploaded yet. */
  get missing() {
    return this.#chips.length - this.photos.length;
  }

  get busy() {
    return this.#chips.some((chip) => chip.busy);
  }

  get failed() {
    return this.#chips.some((chip) => chip.failed);
  }

  /** How many more there is room for. */
  get room() {
    return MOST - this.#list.childElementCount;
  }

  /** Adds photos from this device. `limit` in bytes, of each. */
  take(files, limit) {
    const { room } = this;
    if (files.length > room) notice(t("{count} photos at a time. The gallery takes more.", { count: MOST }));
    for (const file of files.slice(0, room)) {
      const chip = this.#add();
      this.#queue = this.#queue.then(() => chip.isConnected && chip.take(file, limit)).then(() => this.#dropDuplicate(chip));
    }
    this.#changed();
  }

  /** Replaces all of them by one picture that the server has. */
  use(image, words) {
    this.#list.replaceChildren();
    this.#add().use(image, words);
  }

  /** Adds pictures that the server has. */
  addAll(images, words) {
    for (const image of images.slice(0, this.room)) {
      const chip = this.#add();
      chip.use(image, words);
      this.#dropDuplicate(chip);
    }
    this.#changed();
  }

  /** Restores earlier values of `photos` and `wantsTogether`. */
  restore(photos, words, together = config.can.together) {
    this.#list.replaceChildren();
    this.#each.checked = !together;
    this.#chosen = photos.length > 1;
    for (const { image, mask } of photos) {
      const chip = this.#add();
      chip.use(image, words);
      if (mask) chip.limitTo(mask);
    }
    this.#changed();
  }

  /** Only what is white in the mask is to change of this picture, if it is attached. */
  limitTo(image, mask) {
    this.#chips.find((chip) => chip.image?.id === image.id)?.limitTo(mask);
  }

  /** Detaches this picture. */
  letGo(image) {
    this.#chips.filter((chip) => chip.image?.id === image.id).forEach((chip) => chip.remove());
    this.#changed();
  }

  clear() {
    this.#list.replaceChildren();
    this.#chosen = false;
    this.#each.checked = !config.can.together;
    this.#changed();
  }

  #choose() {
    this.#chosen = true;
    this.#changed();
  }

  #add() {
    const chip = h("photo-chip");
    this.#list.append(chip);
    return chip;
  }

  /** Drops a photo that is attached already. */
  #dropDuplicate(chip) {
    const twin = this.#chips.some((other) => other !== chip && other.image && other.image.id === chip.image?.id);
    if (twin) this.#drop(chip);
  }

  #drop(chip) {
    const next = chip.nextElementSibling ?? chip.previousElementSibling;
    const hadFocus = chip.contains(document.activeElement);
    chip.remove();
    this.#changed();
    if (hadFocus) (next?.querySelector("button:not([hidden])") ?? document.querySelector("#say")).focus();
  }

  /** `to`: places to the left (negative) or right, or 0: to the front. */
  #move(chip, to) {
    const others = this.#chips.filter((other) => other !== chip);
    const at = to === 0 ? 0 : Math.max(0, Math.min(others.length, this.#chips.indexOf(chip) + to));
    if (this.#chips.indexOf(chip) === at) return;
    this.#list.insertBefore(chip, others[at] ?? null);
    this.#changed();
    chip.querySelector("button")?.focus();
    announce(t("Now picture {number}", { number: at + 1 }));
  }

  #changed() {
    const chips = this.#chips;
    const [first] = this.photos;
    const { together, failed } = this;
    this.hidden = !chips.length;
    this.toggleAttribute("data-many", chips.length > 1);
    this.toggleAttribute("data-together", together);
    chips.forEach((chip, i) => chip.number(together ? i + 1 : null, chips.length));
    setText(this.#note, failed ? trouble(chips.length) : this.#about(chips.length, together));
    this.#note.hidden = !(chips.length > 1 || failed);
    this.#choice.hidden = !(chips.length > 1 && chips.length <= config.can.pictures);
    this.#tools.hidden = !first || this.busy || failed || together;
    if (first) this.#tools.show(first.image, false);
    this.dispatchEvent(new Event("photo", { bubbles: true }));
  }

  #about(count, together) {
    if (together) return t("They go together: say “picture 1”, “picture 2” in your words. Picture 1 is the one that changes.");
    const sentence = plural(count, "Your words go to each photo by itself: {count} message.", "Your words go to each photo by itself: {count} messages.");
    return count <= config.can.pictures ? sentence : `${sentence} ${t("One picture cannot be made of several photos.")}`;
  }

  /** Repeats a quick action for each photo; what needs the brush or the editor works for one photo only. */
  #forEach(event) {
    event.stopPropagation();
    const { photos } = this;
    const { what, ...detail } = event.detail;
    if (photos.length > 1 && (what !== "tool" || detail.tool === "remove_object")) {
      return notice(t("That is done to one photo at a time: remove the others first."));
    }
    return photos.forEach(({ image, mask }) => ask(this, what, { ...detail, image, mask }));
  }
}

customElements.define("photo-chips", PhotoChips);
