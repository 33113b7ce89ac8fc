// Where a person writes: one input that grows, a photo, how many variations, which size.

import { config } from "../ui/config.js";
import { ask, h } from "../ui/dom.js";
import { acceptFiles } from "../ui/drop-zone.js";
import { icon } from "../ui/icons.js";
import { atMost } from "../ui/money.js";
import { plural, t } from "../ui/translate.js";
import { choosePictures } from "../upload/gallery-picker.js";
import "../upload/photo-chips.js";
import { photoPicker } from "../upload/photo-picker.js";

const SIZES = [
  [t("Auto size"), null, null],
  [t("Landscape 1024 × 768"), 1024, 768],
  [t("Square 1024 × 1024"), 1024, 1024],
  [t("Portrait 768 × 1024"), 768, 1024],
  [t("Wide 1536 × 864"), 1536, 864],
  [t("Tall 864 × 1536"), 864, 1536],
];
/** [name, options] of the sizes that the providers can make. */
function sizes({ resolutions, pixels }) {
  const inPixels = SIZES.filter(([, width, height]) => !width || !pixels || width * height <= pixels);
  const larger = [[t("Large, 2K"), "2K"], [t("Largest, 4K"), "4K"]].filter(([, resolution]) => resolutions.includes(resolution));
  return [
    ...inPixels.map(([name, width, height]) => [name, width ? { width, height } : {}]),
    ...larger.map(([name, resolution]) => [name, { resolution }]),
  ];
}

const isSame = (one, other) => ["width", "height", "resolution"].every((name) => one[name] === other[name]);

const COUNTER_FROM = 0.8; // of the limit: the counter is hidden below it
// What the server refuses: control characters, and lone surrogates, which a paste may contain.
const UNCLEAN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/gu;

/** Event: "written", whenever the text, the attachments or the options have changed. */
class MessageComposer extends HTMLElement {
  #say = h("textarea", {
    id: "say", rows: 1, dir: "auto", enterkeyhint: "send", autocomplete: "off",
    placeholder: t("Describe a picture, or how to change one"), "aria-label": t("Message"), "aria-describedby": "cost counter",
  });
  #chips = h("photo-chips");
  #count = h("select", { "aria-label": t("How many pictures") });
  #sizes = sizes(config.can);
  #size = h("select", { "aria-label": t("Size") }, ...this.#sizes.map(([name], i) => h("option", { value: i }, name)));
  #cost = h("span.cost", { id: "cost" });
  #counter = h("span.counter", { id: "counter" });
  #send = h("button.send", { type: "submit", title: t("Send"), "aria-label": t("Send") }, icon("send"));

  /** `cost`: of one picture at most, {currency, at_most, by_resolution}; null where nothing costs anything. */
  connect(limits, cost = null) {
    this.limits = limits;
    this.cost = cost;
    for (let n = 1; n <= limits.variations; n++) {
      this.#count.append(h("option", { value: n }, plural(n, "{count} picture", "{count} pictures")));
    }
    const picker = photoPicker({ take: (files) => this.takePhotos(files), labelled: true });
    const row = h("div.row", {}, ...picker, this.#fromGallery(), this.#count, this.#size, this.#cost, this.#counter, this.#send);
    const form = h("form", { "aria-label": t("New message") }, this.#chips, this.#say, row);
    this.append(form);
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#say.addEventListener("input", () => {
      this.#chips.heed(this.#say.value);
      this.#refresh();
    });
    this.#say.addEventListener("keydown", (event) => this.#key(event));
    this.#chips.addEventListener("photo", () => {
      this.#chips.heed(this.#say.value);
      this.#refresh();
    });
    for (const choice of [this.#count, this.#size]) choice.addEventListener("change", () => this.#refresh());
    acceptFiles((files) => this.takePhotos(files));
    this.#refresh();
  }

  /** Where a message may have several pictures, a button to attach some from the gallery. */
  #fromGallery() {
    if (config.can.pictures === 1) return "";
    const title = t("Add from the gallery");
    const onclick = async () => this.#add(await choosePictures(this.#chips.room));
    return h("button.quiet", { type: "button", title, "aria-label": title, onclick }, icon("gallery"), h("span.label", {}, title));
  }

  #add(images) {
    this.#chips.addAll(images, t("From your gallery"));
    this.#say.focus();
  }

  get text() {
    return this.#say.value.replace(UNCLEAN, "").trim();
  }

  get hasPhotos() {
    return !this.#chips.hidden;
  }

  get options() {
    return this.#sizes[Number(this.#size.value)][1];
  }

  /** Put words into the input, for the person to change before they send them. */
  write(text) {
    this.#say.value = text;
    this.#refresh();
    this.#say.focus();
    this.#say.setSelectionRange(text.length, text.length);
  }

  /**
   * The unsent message: {text, photos: [{image, mask}], together, missing, count, options}; `missing`: how many photos are not
   * uploaded yet; `together`: whether several photos go with one message.
   */
  get written() {
    const { photos, missing, wantsTogether: together } = this.#chips;
    return { text: this.#say.value, photos, together, missing, count: Number(this.#count.value), options: this.options };
  }

  /** Shows what `written` returned before. The focus stays where it is. */
  restore({ text, photos, together, count = 1, options = {} }) {
    this.#say.value = text;
    this.#count.value = Math.min(count, this.limits.variations);
    this.#size.value = Math.max(0, this.#sizes.findIndex(([, size]) => isSame(size, options))); // 0: that size is no longer offered
    this.#chips.restore(photos, t("Your next message edits this picture"), together);
    this.#refresh();
  }

  /** Attaches this picture, or these, to the next message. */
  attach(images, words) {
    const [first, ...others] = [images].flat();
    this.#chips.use(first, words);
    this.#chips.addAll(others, words);
    this.#say.focus();
  }

  /** Limits the change to a part of this picture, if it is attached. */
  limitTo(image, mask) {
    this.#chips.limitTo(image, mask);
    this.#refresh();
    this.#say.focus();
  }

  /** Detaches this picture: another request is about it already, or it is gone. */
  letGo(image) {
    this.#chips.letGo(image);
  }

  takePhotos(files) {
    this.#chips.take(files, this.limits.upload_bytes);
    this.#say.focus();
  }

  /** Sends this text with the current options, once for all photos or once for each; used by the starters too. */
  send(content) {
    if (this.#chips.busy || this.#chips.failed) return this.write(content); // the person sends it once the photos are uploaded
    const { photos, together } = this.#chips;
    const chosen = { content, count: Number(this.#count.value), options: this.options };
    if (together) ask(this, "send", { ...chosen, sources: photos.map(({ image }) => image), mask: photos[0].mask });
    else for (const { image, mask } of photos.length ? photos : [{}]) ask(this, "send", { ...chosen, source: image, mask });
    this.#chips.clear();
    this.#count.value = 1; // chosen anew for each message
    return null;
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

  /** Of all pictures that the message asks for. */
  #atMost() {
    const { currency, at_most: usual, by_resolution: byResolution } = this.cost;
    const each = byResolution[this.options.resolution] ?? usual;
    const messages = this.#chips.together ? 1 : Math.max(1, this.#chips.photos.length);
    return atMost(each * Number(this.#count.value) * messages, currency);
  }

  #sendable() {
    const length = [...this.text].length;
    return length > 0 && length <= this.limits.content && !this.#chips.busy && !this.#chips.failed;
  }

  #refresh() {
    const length = [...this.text].length;
    const { content } = this.limits;
    this.#counter.textContent = length > content * COUNTER_FROM ? `${length} / ${content}` : "";
    this.#counter.toggleAttribute("data-over", length > content);
    this.#send.disabled = !this.#sendable();
    this.#cost.textContent = this.cost ? t("At most {amount}", { amount: this.#atMost() }) : "";
    if (!CSS.supports("field-sizing", "content")) {
      this.#say.style.height = "auto";
      this.#say.style.height = `${this.#say.scrollHeight}px`;
    }
    this.dispatchEvent(new Event("written"));
  }
}

customElements.define("message-composer", MessageComposer);
