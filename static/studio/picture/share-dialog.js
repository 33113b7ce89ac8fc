// The dialog with a picture's share links: list, create, end one or all.

import * as rest from "../client/rest.js";
import { confirmed } from "../ui/dialogs.js";
import { h, setText } from "../ui/dom.js";
import { modal } from "../ui/overlay.js";
import { locale, t } from "../ui/translate.js";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const LIFETIMES = [
  [HOUR_S, t("in an hour")], [DAY_S, t("in a day")], [7 * DAY_S, t("in a week")], [30 * DAY_S, t("in 30 days")], ["", t("never")],
];
const USUAL_S = 7 * DAY_S;

/** `image`: a picture's public form. Event on the document: "renewed" {image}: it has new addresses. Resolves once the dialog is
 * closed: with the picture if it has new addresses, else with null. */
export function sharePicture(image) {
  const dialog = h("share-dialog");
  document.body.append(dialog);
  return new Promise((resolve) => dialog.open(image, resolve));
}

class ShareDialog extends HTMLElement {
  #image = null;
  #renewed = null;
  #waits = h("p.waits", { hidden: true }, t("A moderator looks at it first: until then a link shows nobody this picture."));
  #links = h("ul.links");
  #lifetime = h("select", { name: "lifetime" },
    ...LIFETIMES.map(([seconds, words]) => h("option", { value: seconds, selected: seconds === USUAL_S }, words)));
  #status = h("p.said", { role: "status" });
  #make = h("button.primary", {}, t("Make a link"));
  #renew = h("button.quiet", { type: "button", onclick: () => this.#renewLinks() }, t("End every link"));

  open(image, resolve) {
    this.#image = image;
    const close = h("button", { type: "button", onclick: () => dialog.close() }, t("Close"));
    const form = h("form", {},
      h("h2", { id: "share-title" }, t("Share this picture")),
      h("p", {}, t("Whoever has a link sees this picture, and nothing else of yours.")),
      this.#waits, this.#links,
      h("div.new", {}, h("label", {}, h("span", {}, t("The link ends")), this.#lifetime), this.#make),
      this.#status, h("div.buttons", {}, this.#renew, close));
    const dialog = h("dialog.sharing", { "aria-labelledby": "share-title" }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
    modal(dialog, this).then(() => resolve(this.#renewed));
    this.#try(() => this.#load());
  }

  async #load() {
    const [shares, image] = await Promise.all([rest.shares.list(this.#image.id), rest.gallery.get(this.#image.id)]);
    this.#waits.hidden = !image.awaits_approval;
    this.#links.replaceChildren(...shares.map((share) => this.#row(share)));
  }

  #row(share) {
    const url = new URL(share.url, location.origin).href;
    const field = h("input", { name: "line", readonly: true, value: url, "aria-label": t("Link") });
    const until = share.expires_at ? t("ends {time}", { time: when(share.expires_at) }) : t("without an end");
    const button = (words, onclick) => h("button.quiet", { type: "button", onclick }, words);
    const row = h("li", { "data-share": share.id }, field, h("span.until", {}, until),
      button(t("Copy"), () => this.#copy(field)), button(t("End"), () => this.#revoke(share, row)));
    return row;
  }

  #create() {
    return this.#try(async () => {
      const seconds = this.#lifetime.value;
      const share = await rest.shares.create(this.#image.id, seconds ? Number(seconds) : null);
      const row = this.#row(share);
      this.#links.prepend(row);
      await this.#copy(row.querySelector("input"), t("The link is made, and copied."), t("The link is made."));
    });
  }

  #revoke(share, row) {
    return this.#try(async () => {
      await rest.shares.revoke(share.id);
      row.remove();
      this.#say(t("The link has ended."));
      this.#make.focus();
    });
  }

  async #renewLinks() {
    const text = t("Every link to this picture ends, and so does each address under which it was seen before.");
    if (!(await confirmed({ title: t("End every link?"), text, confirm: t("End every link") }))) return;
    await this.#try(async () => {
      this.#renewed = await rest.shares.renewLinks(this.#image.id);
      document.dispatchEvent(new CustomEvent("renewed", { detail: { image: this.#renewed } }));
      await this.#load();
      this.#say(t("Every link has ended."));
    });
  }

  /** Plain http from another machine has no clipboard. */
  async #copy(field, done = t("Copied."), failed = t("Your browser does not let us copy: the link is selected, copy it yourself.")) {
    field.focus();
    field.select();
    const copied = await navigator.clipboard?.writeText(field.value).then(() => true, () => false);
    this.#say(copied ? done : failed);
  }

  async #try(act) {
    this.#make.disabled = this.#renew.disabled = true;
    try {
      await act();
    } catch (problem) {
      this.#say(problem.message);
    }
    this.#make.disabled = this.#renew.disabled = false;
  }

  #say(words) {
    setText(this.#status, words);
  }
}

customElements.define("share-dialog", ShareDialog);

const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const when = (time) => moment.format(new Date(time));
