// Where a person writes: one input that grows, a photo, how many variations, which size.

import { ask, h } from "./dom.js";
import { acceptFiles } from "./dropping.js";
import { icon } from "./icons.js";
import { notice } from "./notice.js";
import "./photo-chip.js";
import { photoPicker } from "./photo-picker.js";

const SIZES = [
  ["Auto size", null, null],
  ["Landscape 1024 × 768", 1024, 768],
  ["Square 1024 × 1024", 1024, 1024],
  ["Portrait 768 × 1024", 768, 1024],
  ["Wide 1536 × 864", 1536, 864],
  ["Tall 864 × 1536", 864, 1536],
];
const COUNTER_FROM = 0.8; // of the limit: before that nobody needs to know
// What no server takes: control characters, and halves of characters that a careless paste leaves behind.
const UNCLEAN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/gu;

class MessageComposer extends HTMLElement {
  #say = h("textarea", {
    id: "say", rows: 1, dir: "auto", enterkeyhint: "send", autocomplete: "off",
    placeholder: "Describe a picture, or how to change one", "aria-label": "Message", "aria-describedby": "counter",
  });
  #chip = h("photo-chip");
  #count = h("select", { "aria-label": "How many pictures" });
  #size = h("select", { "aria-label": "Size" }, ...SIZES.map(([name], i) => h("option", { value: i }, name)));
  #counter = h("span.counter", { id: "counter" });
  #send = h("button.send", { type: "submit", title: "Send", "aria-label": "Send" }, icon("send"));

  connect(limits) {
    this.limits = limits;
    for (let n = 1; n <= limits.variations; n++) {
      this.#count.append(h("option", { value: n }, n === 1 ? "1 picture" : `${n} pictures`));
    }
    const picker = photoPicker({ take: ([file]) => this.takePhoto(file) });
    const row = h("div.row", {}, ...picker, this.#count, this.#size, this.#counter, this.#send);
    const form = h("form", { "aria-label": "New message" }, this.#chip, this.#say, row);
    this.append(form);
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#say.addEventListener("input", () => this.#refresh());
    this.#say.addEventListener("keydown", (event) => this.#key(event));
    this.#chip.addEventListener("photo", () => this.#refresh());
    acceptFiles((files) => this.#takeFrom(files));
    this.#refresh();
  }

  get text() {
    return this.#say.value.replace(UNCLEAN, "").trim();
  }

  get options() {
    const [, width, height] = SIZES[Number(this.#size.value)];
    return width ? { width, height } : {};
  }

  /** Put words into the input, for the person to change before they send them. */
  write(text) {
    this.#say.value = text;
    this.#refresh();
    this.#say.focus();
    this.#say.setSelectionRange(text.length, text.length);
  }

  /** The next message is about this picture. */
  attach(image, words) {
    this.#chip.use(image, words);
    this.#say.focus();
  }

  /** Of this picture, while it is the attached one, only this part. */
  limitTo(image, mask) {
    this.#chip.limitTo(image, mask);
    this.#say.focus();
  }

  takePhoto(file) {
    this.#chip.take(file, this.limits.upload_bytes);
    this.#say.focus();
  }

  /** Send these words with what is chosen now; used by the starters too. */
  send(content) {
    const { image: source, mask } = this.#chip;
    ask(this, "send", { content, count: Number(this.#count.value), options: this.options, source, mask });
    this.#chip.clear();
    this.#count.value = 1; // four of one thing is a choice for once
  }

  #submit(event) {
    event.preventDefault();
    if (!this.#sendable()) return;
    const { text } = this;
    this.#say.value = "";
    this.send(text);
    this.#refresh();
    this.#say.focus();
  }

  #key(event) {
    // Enter that ends the composition of a character (Vietnamese, Japanese, …) does not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    this.#submit(event);
  }

  #sendable() {
    const length = [...this.text].length;
    return length > 0 && length <= this.limits.content && !this.#chip.busy;
  }

  #refresh() {
    const length = [...this.text].length;
    const { content } = this.limits;
    this.#counter.textContent = length > content * COUNTER_FROM ? `${length} / ${content}` : "";
    this.#counter.toggleAttribute("data-over", length > content);
    this.#send.disabled = !this.#sendable();
    if (!CSS.supports("field-sizing", "content")) {
      this.#say.style.height = "auto";
      this.#say.style.height = `${this.#say.scrollHeight}px`;
    }
  }

  #takeFrom(files) {
    if (files.length > 1) notice("One photo at a time: the first one is taken. The gallery takes many.");
    this.takePhoto(files[0]);
  }
}

customElements.define("message-composer", MessageComposer);
