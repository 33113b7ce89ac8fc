// The list of keys, with creating one, which is shown once, and deleting.

import { h } from "../ui/dom.js";
import { confirmed } from "../ui/dialogs.js";
import { announce, notice } from "../ui/notice.js";
import * as rest from "../client/rest.js";
import { when } from "./words.js";
import { plural, t } from "../ui/translate.js";

const DAY_MS = 24 * 3600 * 1000;
const NAMELESS = t("First key"); // the one that created the guest
const LIFETIMES = [["7", t("in a week")], ["30", plural(30, "in {count} day", "in {count} days")], ["90", plural(90, "in {count} day", "in {count} days")], ["365", t("in a year")], ["", t("never")]];

class KeyList extends HTMLElement {
  #list = h("ul", {});
  #none = h("p.dim", { hidden: true }, t("You have no keys."));
  #made = h("div.made", { hidden: true });
  #form = this.#newForm();

  connectedCallback() {
    this.append(
      h("h2", {}, t("Keys")),
      h("p.dim", {}, t("A program uses the studio in your name with a key. Whoever has it can do what it may:"), " ",
        h("a", { href: "/swagger/" }, t("what programs can do")), "."),
      this.#none, this.#list, this.#made, this.#form,
    );
  }

  /** Raises `Problem`. */
  async load() {
    const items = await rest.keys.list();
    this.#none.hidden = items.length > 0;
    this.#list.replaceChildren(...items.map((key) => this.#row(key)));
  }

  #row(key) {
    const name = key.name || NAMELESS;
    const used = key.last_used_at
      ? lastUse(key)
      : t("never used");
    const facts = [key.scopes.includes("write") ? t("reads and changes") : t("only reads"), endOf(key), used];
    return h("li", { "data-expired": isOver(key) },
      h("div", {}, h("strong", {}, name), h("p.dim", {}, facts.filter(Boolean).join(" · "))),
      h("button.quiet", { type: "button", "aria-label": t("Delete the key {name}", { name }), onclick: () => this.#remove(key, name) },
        t("Delete")));
  }

  async #remove(key, name) {
    const text = t("Programs that use it are shut out within seconds. A key cannot be brought back.");
    if (!(await confirmed({ title: t("Delete the key “{name}”?", { name }), text, confirm: t("Delete") }))) return;
    await this.#try(async () => {
      await rest.keys.remove(key.id);
      await this.load();
      announce(t("The key is deleted."));
      this.#form.elements.name.focus();
    });
  }

  #newForm() {
    const form = h("form", {},
      h("label", {}, h("span", {}, t("Name of a new key")),
        h("input", { name: "name", maxlength: 100, required: true, autocomplete: "off", placeholder: t("Script on my laptop") })),
      h("label", {}, h("span", {}, t("It may")), h("select", { name: "scopes" },
        h("option", { value: "read write" }, t("read and change")), h("option", { value: "read" }, t("only read")))),
      h("label", {}, h("span", {}, t("It ends")), h("select", { name: "days" },
        ...LIFETIMES.map(([days, words]) => h("option", { value: days, selected: days === "90" }, words)))),
      h("button.primary", {}, t("Make a key")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create(form.elements);
    });
    return form;
  }

  #create({ name, scopes, days }) {
    const expires_at = days.value ? new Date(Date.now() + Number(days.value) * DAY_MS).toISOString() : null;
    return this.#try(async () => {
      const made = await rest.keys.create({ name: name.value, scopes: scopes.value.split(" "), expires_at });
      name.value = "";
      this.#show(made);
      await this.load();
    });
  }

  /** Shows the token, which cannot be read again. */
  #show({ name, token }) {
    const field = h("input", { name: "line", readonly: true, value: token, "aria-label": t("The key {name}", { name }) });
    const copy = h("button", { type: "button", onclick: () => copyFrom(field) }, t("Copy"));
    const done = h("button.quiet", { type: "button", onclick: () => this.#hide() }, t("Done"));
    this.#made.replaceChildren(
      h("p", {}, h("strong", {}, t("“{name}” is made.", { name })), " ", t("Copy it now: it is not shown again.")),
      h("div.line", {}, field, copy, done));
    this.#made.hidden = false;
    field.focus();
    field.select();
  }

  #hide() {
    this.#made.hidden = true;
    this.#made.replaceChildren();
    this.#form.elements.name.focus();
  }

  async #try(act) {
    const button = this.#form.querySelector("button");
    button.disabled = true;
    try {
      await act();
    } catch (problem) {
      notice(problem.message);
    }
    button.disabled = false;
  }
}

const isOver = (key) => key.expires_at !== null && new Date(key.expires_at) <= new Date();

function endOf(key) {
  if (!key.expires_at) return "";
  return isOver(key) ? t("ended {when}", { when: when(key.expires_at) }) : t("ends {when}", { when: when(key.expires_at) });
}

/** Plain http from another machine has no clipboard. */
async function copyFrom(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    notice(t("Copied."));
  } catch {
    notice(t("Your browser does not let us copy: the key is selected, copy it yourself."));
  }
}

customElements.define("key-list", KeyList);

function lastUse({ last_used_at: at, last_used_from: from }) {
  return from ? t("last used {when} from {from}", { when: when(at), from }) : t("last used {when}", { when: when(at) });
}
