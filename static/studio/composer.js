// Where a person writes: one input that grows, a photo, how many variations, which size.

import { ask, h } from "./dom.js";
import { icon } from "./icons.js";
import { notice } from "./notice.js";
import "./photo-chip.js";

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
  #file = h("input", { type: "file", accept: "image/jpeg,image/png,image/webp", hidden: true, "aria-label": "Photo" });
  #attach = h("button.quiet", { type: "button", title: "Add a photo", "aria-label": "Add a photo" }, icon("photo"));
  #count = h("select", { "aria-label": "How many pictures" });
  #size = h("select", { "aria-label": "Size" }, ...SIZES.map(([name], i) => h("option", { value: i }, name)));
  #counter = h("span.counter", { id: "counter" });
  #send = h("button.send", { type: "submit", title: "Send", "aria-label": "Send" }, icon("send"));

  connect(limits) {
    this.limits = limits;
    for (let n = 1; n <= limits.variations; n++) {
      this.#count.append(h("option", { value: n }, n === 1 ? "1 picture" : `${n} pictures`));
    }
    const row = h("div.row", {}, this.#attach, this.#count, this.#size, this.#counter, this.#send);
    const form = h("form", { "aria-label": "New message" }, this.#chip, this.#say, row, this.#file);
    this.append(form);
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#say.addEventListener("input", () => this.#refresh());
    this.#say.addEventListener("keydown", (event) => this.#key(event));
    this.#attach.addEventListener("click", () => this.#file.click());
    this.#file.addEventListener("change", () => this.#pick());
    this.#chip.addEventListener("photo", () => this.#refresh());
    this.#acceptFiles();
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

  takePhoto(file) {
    this.#chip.take(file, this.limits.upload_bytes);
    this.#say.focus();
  }

  /** Send these words with what is chosen now; used by the starters too. */
  send(content) {
    const source = this.#chip.image;
    ask(this, "send", { content, count: Number(this.#count.value), options: this.options, source });
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

  #pick() {
    const [file] = this.#file.files;
    this.#file.value = "";
    if (file) this.takePhoto(file);
  }

  /** Dropped anywhere on the page, or pasted into the input. */
  #acceptFiles() {
    let depth = 0; // dragenter and dragleave come for every element on the way
    const hasFile = (event) => event.dataTransfer?.types.includes("Files");
    const mark = (change) => {
      depth = change;
      document.body.toggleAttribute("data-dropping", depth > 0);
    };
    document.addEventListener("dragenter", (event) => hasFile(event) && mark(depth + 1));
    document.addEventListener("dragleave", (event) => hasFile(event) && mark(Math.max(0, depth - 1)));
    document.addEventListener("dragover", (event) => hasFile(event) && event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      mark(0);
      this.#takeFrom(event.dataTransfer);
    });
    this.#say.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.#takeFrom(event.clipboardData);
    });
  }

  #takeFrom({ files }) {
    if (files.length > 1) notice("One photo at a time: the first one is taken.");
    if (files.length) this.takePhoto(files[0]);
  }
}

customElements.define("message-composer", MessageComposer);
