// Exports a picture as PNG, JPEG or WebP in a chosen size, encoded in the browser from the full-size file.

import { edited, fileOf, hasPrompt, withXmp, withoutPrompt } from "./xmp.js";
import { h, setText } from "../ui/dom.js";
import { modal } from "../ui/overlay.js";
import { locale, t } from "../ui/translate.js";

const KINDS = [["image/jpeg", "JPEG", "jpg"], ["image/png", "PNG", "png"], ["image/webp", "WebP", "webp"]];
const SIDES = [[t("Large"), 2048], [t("Medium"), 1280], [t("Small"), 640]]; // pixels of the longest side
const QUALITY = 90; // of 100
const AFTER_MS = 250; // after the last change, before it is encoded
const KEEP_MS = 60_000; // how long the download may take to start
const UNCLEAN = /[^\p{L}\p{N} _()-]+/gu;

/** `image`: a picture's public form; `name`: a few words. */
export function exportPicture(image, name) {
  const file = once(() => fileOf(image));
  const xmp = async () => (await file()).xmp;
  return openDialog({ size: { width: image.width, height: image.height }, name, source: async () => drawable((await file()).blob), xmp });
}

/** `source()` resolves with what can be drawn: `image` after a change by hand, of the size `size`. Resolves once the dialog is closed. */
export function exportFrom({ size, name, source, image }) {
  return openDialog({ size, name, source, xmp: once(async () => edited((await fileOf(image)).xmp)) });
}

/** `xmp()` resolves with the XMP for the file. */
function openDialog(what) {
  const dialog = h("export-dialog");
  document.body.append(dialog);
  return new Promise((resolve) => dialog.open({ ...what, resolve }));
}

/** `make()` cached, unless it fails. */
function once(make) {
  let made = null;
  return () => (made ??= make().catch((problem) => {
    made = null;
    throw problem;
  }));
}

async function drawable(blob) {
  const img = new Image();
  img.src = URL.createObjectURL(blob);
  await img.decode().finally(() => URL.revokeObjectURL(img.src));
  return img;
}

class ExportDialog extends HTMLElement {
  #kind = h("select", { name: "kind" }, ...kinds().map(([type, label]) => h("option", { value: type }, label)));
  #preset = h("select", { name: "preset" });
  #width = this.#number(t("Width"));
  #height = this.#number(t("Height"));
  #quality = h("input", { type: "range", min: 10, max: 100, step: 1, value: QUALITY, "aria-label": t("Quality") });
  #qualityRow = h("label", {}, h("span", {}, t("Quality")), this.#quality);
  #prompt = h("input", { type: "checkbox", name: "prompt" });
  #promptRow = h("label.check", { hidden: true }, this.#prompt, h("span", {}, t("Write the prompt and the seed into the file")));
  #status = h("p.said", { role: "status" }, "…");
  #go = h("button.primary", { disabled: true }, t("Export"));
  #timer = 0;
  #picture = null; // a promise of what is drawn
  #made = null; // {blob, ...choice} of the newest choice

  open({ size, name, source, xmp, resolve }) {
    Object.assign(this, { size, name, source, xmp });
    const own = h("fieldset.own", {}, h("legend", {}, t("Pixels")), this.#width, h("span", { "aria-hidden": "true" }, "×"), this.#height);
    const form = h("form", { method: "dialog" }, h("h2", { id: "export-title" }, t("Export")),
      h("label", {}, h("span", {}, t("Format")), this.#kind), h("label", {}, h("span", {}, t("Size")), this.#preset), own,
      this.#qualityRow, this.#promptRow, this.#status,
      h("div.buttons", {}, h("button", { type: "button", onclick: () => dialog.close() }, t("Cancel")), this.#go));
    const dialog = h("dialog.export", { "aria-labelledby": "export-title" }, form);
    this.#fill();
    form.addEventListener("input", ({ target }) => this.#update(target));
    form.addEventListener("submit", (event) => this.#submit(event, dialog));
    dialog.addEventListener("close", () => clearTimeout(this.#timer));
    modal(dialog, this).then(resolve);
    this.#update(this.#preset);
  }

  #number(label) {
    return h("input", { type: "number", min: 1, step: 1, inputmode: "numeric", "aria-label": label, required: true });
  }

  #fill() {
    const { width, height } = this.size;
    const longest = Math.max(width, height);
    const smaller = SIDES.filter(([, side]) => side < longest);
    this.#preset.replaceChildren(
      h("option", { value: longest }, t("Full, {width} × {height}", { width, height })),
      ...smaller.map(([label, side]) => h("option", { value: side }, `${label}, ${this.#within(side).join(" × ")}`)),
      h("option", { value: "own" }, t("Another size")),
    );
    Object.assign(this.#width, { max: width });
    Object.assign(this.#height, { max: height });
  }

  /** Sides in proportion, the longest one this long. */
  #within(side) {
    const { width, height } = this.size;
    const scale = side / Math.max(width, height);
    return [width, height].map((each) => Math.max(1, Math.round(each * scale)));
  }

  #update(field) {
    const { width, height } = this.size;
    if (field === this.#preset && this.#preset.value !== "own") {
      [this.#width.value, this.#height.value] = this.#within(Number(this.#preset.value));
    }
    if (field === this.#width) this.#height.value = Math.max(1, Math.round((this.#width.value * height) / width));
    if (field === this.#height) this.#width.value = Math.max(1, Math.round((this.#height.value * width) / height));
    if (field === this.#width || field === this.#height) this.#preset.value = "own";
    this.#qualityRow.hidden = this.#kind.value === "image/png";
    this.#made = null;
    this.#go.disabled = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#make(), AFTER_MS);
  }

  async #make() {
    const choice = {
      type: this.#kind.value, width: Number(this.#width.value), height: Number(this.#height.value),
      quality: Number(this.#quality.value) / 100,
    };
    if (!this.#width.checkValidity() || !this.#height.checkValidity()) {
      return setText(this.#status, t("At most {width} × {height} pixels.", { width: this.size.width, height: this.size.height }));
    }
    const mine = (this.#made = choice);
    try {
      this.#picture ??= this.source();
      const xmp = await this.xmp();
      this.#promptRow.hidden = !hasPrompt(xmp);
      const blob = await withXmp(await encoded(await this.#picture, choice), this.#prompt.checked ? xmp : withoutPrompt(xmp));
      if (this.#made !== mine) return null;
      this.#made = { ...choice, blob };
      this.#go.disabled = false;
      return setText(this.#status, t("{width} × {height} pixels, {weight}", { width: choice.width, height: choice.height, weight: weight(blob.size) }));
    } catch {
      this.#picture = null;
      return this.#made === mine && setText(this.#status, t("This did not work here. Please try a smaller size."));
    }
  }

  #submit(event, dialog) {
    event.preventDefault();
    if (!this.#made?.blob) return;
    save(this.#made, this.name);
    dialog.close();
  }
}

customElements.define("export-dialog", ExportDialog);

/** The formats that this browser can encode. */
function kinds() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  return KINDS.filter(([type]) => canvas.toDataURL(type).startsWith(`data:${type}`));
}

async function encoded(picture, { type, width, height, quality }) {
  const canvas = drawn(picture, width, height, type === "image/jpeg");
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, quality));
  if (!blob) throw new Error("the canvas is too large for this browser");
  return blob;
}

/** Halved step by step, so that every pixel counts. `opaque`: on white. */
function drawn(picture, width, height, opaque) {
  let [from, w, h] = [picture, picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
  for (;;) {
    const last = w <= 2 * width && h <= 2 * height;
    [w, h] = last ? [width, height] : [Math.max(width, Math.ceil(w / 2)), Math.max(height, Math.ceil(h / 2))];
    const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    if (last && opaque) {
      context.fillStyle = "white";
      context.fillRect(0, 0, w, h);
    }
    context.drawImage(from, 0, 0, w, h);
    if (last) return canvas;
    from = canvas;
  }
}

function save({ blob, type, width, height }, name) {
  const [, , extension] = KINDS.find(([kind]) => kind === type);
  const words = name.replace(UNCLEAN, " ").trim().slice(0, 60).trim() || t("picture");
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: `${words} ${width}x${height}.${extension}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}

function weight(bytes) {
  const few = bytes < 1_000_000;
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: few ? 0 : 1, minimumFractionDigits: few ? 0 : 1 });
  return few ? `${number.format(Math.max(1, bytes / 1000))} kB` : `${number.format(bytes / 1_000_000)} MB`;
}
