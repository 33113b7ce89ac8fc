// A picture attached to the next message: a photo that is being uploaded, or an existing picture; and its mask.

import { config } from "../ui/config.js";
import { ask, h, picture, pictureUrl, setAttribute, setText } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { menuButton } from "../ui/menu.js";
import "./photo-upload.js";
import { Transfer } from "./transfer.js";
import { t } from "../ui/translate.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/**
 * Events (bubbling): "photo" whenever `image`, `busy` or `failed` changes; "leave" when the person removes it; "move" {to} when
 * they move it: by that many places, or 0 for the first.
 */
class PhotoChip extends HTMLElement {
  image = null; // the public form, once the server has it
  mask = null; // the public form, if only a part is to change
  #transfer = null;
  #number = null; // its number among several of one message
  #count = 1;
  #thumbnail = null;
  #menu = null; // around the thumbnail, if it has a number
  #words = h("span.words", { role: "status" });

  get busy() {
    return Boolean(this.#transfer?.busy);
  }

  get failed() {
    return Boolean(this.#transfer?.failed);
  }

  /** A photo from this device. `limit` in bytes. Resolves once it is uploaded or has failed. */
  async take(file, limit) {
    const transfer = (this.#transfer = new Transfer(file, limit));
    const uploading = h("photo-upload");
    uploading.addEventListener("leave", () => this.#tell("leave"));
    transfer.addEventListener("change", () => this.#follow());
    this.replaceChildren(uploading);
    uploading.show(transfer);
    await transfer.send();
  }

  /** A picture that the server has. */
  use(image, words) {
    this.#show(image, words, pictureUrl(image.thumbnail_url ?? image.url));
    this.#tell("photo");
  }

  /** Only what is white in this mask is to change. */
  limitTo(mask) {
    this.mask = mask;
    setText(this.#words, t("Only what you painted over changes"));
  }

  /** Its number among several of one message, from 1; null if each photo is its own message. */
  number(number, count) {
    [this.#number, this.#count] = [number, count];
    if (!this.#thumbnail) return;
    const place = number ? this.#menu : this.#thumbnail;
    if (this.firstElementChild !== place) this.firstElementChild.replaceWith(place);
    if (!number) return;
    const [button] = this.#menu.children;
    const badge = h("span.number", { "aria-hidden": "true" }, String(number));
    button.replaceChildren(this.#thumbnail, badge);
    setAttribute(button, "aria-label", t("Picture {number} of {count}: arrow keys move it", { number, count }));
    setAttribute(button, "title", t("Picture {number}", { number }));
  }

  #choices() {
    const [number, count] = [this.#number, this.#count];
    return [
      number > 1 && { value: "0", label: t("Make it picture 1") },
      number > 1 && { value: "-1", label: t("Move to the left") },
      number < count && { value: "1", label: t("Move to the right") },
      number === 1 && config.can.part && { value: "part", label: t("Change only a part…"), icon: "brush" },
      { value: "leave", label: t("Remove the photo"), icon: "close" },
    ].filter(Boolean);
  }

  #choose(value) {
    if (value === "part") ask(this, "part", { image: this.image });
    else if (value === "leave") this.#tell("leave");
    else this.#step(Number(value));
  }

  #step(to) {
    this.dispatchEvent(new CustomEvent("move", { bubbles: true, detail: { to } }));
  }

  #follow() {
    const { failed, image } = this.#transfer;
    this.toggleAttribute("data-failed", failed);
    if (image) {
      this.#transfer = null;
      this.#show(image, t("Your photo"), pictureUrl(image.thumbnail_url));
    }
    this.#tell("photo");
  }

  #show(image, words, url) {
    this.image = image;
    setText(this.#words, words);
    const part = { type: "button", title: t("Change only a part: paint over it, and the rest stays as it is"), onclick: () => ask(this, "part", { image }) };
    const drop = {
      type: "button", title: t("Remove the photo"), "aria-label": t("Remove the photo"), onclick: () => this.#tell("leave"),
    };
    this.#thumbnail = url ? picture("img", { src: url, alt: "", width: 48, height: 48 }) : icon("photo");
    this.#menu = menuButton({
      label: t("Picture"), picture: "photo", items: () => this.#choices(), choose: (value) => this.#choose(value),
    });
    this.#menu.addEventListener("keydown", (event) => {
      if (!(event.key in STEPS) || event.target.closest("[role=menu]")) return;
      event.preventDefault();
      this.#step(STEPS[event.key]);
    });
    const brush = config.can.part && h("button.quiet.part", part, icon("brush"), h("span.label", {}, t("Change only a part…")));
    this.replaceChildren(...[this.#thumbnail, this.#words, brush, h("button.quiet.drop", drop, icon("close"))].filter(Boolean));
    if (this.#number) this.number(this.#number, this.#count);
  }

  #tell(what) {
    this.dispatchEvent(new Event(what, { bubbles: true }));
  }
}

customElements.define("photo-chip", PhotoChip);
