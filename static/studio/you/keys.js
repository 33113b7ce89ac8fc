// One's keys: what there are, a new one, which is shown once, and the end of one.

import { h } from "../ui/dom.js";
import { confirmed } from "../ui/dialogs.js";
import { announce, notice } from "../ui/notice.js";
import * as rest from "../client/rest.js";
import { when } from "./words.js";

const DAY_MS = 24 * 3600 * 1000;
const NAMELESS = "First key"; // the one that a program got when it became a guest
const LIFETIMES = [["7", "in a week"], ["30", "in 30 days"], ["90", "in 90 days"], ["365", "in a year"], ["", "never"]];

class KeyList extends HTMLElement {
  #list = h("ul", {});
  #none = h("p.dim", { hidden: true }, "You have no keys.");
  #made = h("div.made", { hidden: true });
  #form = this.#newForm();

  connectedCallback() {
    this.append(
      h("h2", {}, "Keys"),
      h("p.dim", {}, "A program uses the studio in your name with a key. Whoever has it can do what it may: ",
        h("a", { href: "/swagger/" }, "what programs can do"), "."),
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
      ? `last used ${when(key.last_used_at)}${key.last_used_from ? ` from ${key.last_used_from}` : ""}`
      : "never used";
    const facts = [key.scopes.includes("write") ? "reads and changes" : "only reads", endOf(key), used];
    return h("li", { "data-expired": isOver(key) },
      h("div", {}, h("strong", {}, name), h("p.dim", {}, facts.filter(Boolean).join(" · "))),
      h("button.quiet", { type: "button", "aria-label": `Delete the key ${name}`, onclick: () => this.#remove(key, name) },
        "Delete"));
  }

  async #remove(key, name) {
    const text = "Programs that use it are shut out within seconds. A key cannot be brought back.";
    if (!(await confirmed({ title: `Delete the key “${name}”?`, text, confirm: "Delete" }))) return;
    await this.#try(async () => {
      await rest.keys.remove(key.id);
      await this.load();
      announce("The key is deleted.");
      this.#form.elements.name.focus();
    });
  }

  #newForm() {
    const form = h("form", {},
      h("label", {}, h("span", {}, "Name of a new key"),
        h("input", { name: "name", maxlength: 100, required: true, autocomplete: "off", placeholder: "Script on my laptop" })),
      h("label", {}, h("span", {}, "It may"), h("select", { name: "scopes" },
        h("option", { value: "read write" }, "read and change"), h("option", { value: "read" }, "only read"))),
      h("label", {}, h("span", {}, "It ends"), h("select", { name: "days" },
        ...LIFETIMES.map(([days, words]) => h("option", { value: days, selected: days === "90" }, words)))),
      h("button.primary", {}, "Make a key"));
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

  /** This once: nobody can read it again. */
  #show({ name, token }) {
    const field = h("input", { name: "line", readonly: true, value: token, "aria-label": `The key ${name}` });
    const copy = h("button", { type: "button", onclick: () => copyFrom(field) }, "Copy");
    const done = h("button.quiet", { type: "button", onclick: () => this.#hide() }, "Done");
    this.#made.replaceChildren(
      h("p", {}, h("strong", {}, `“${name}” is made.`), " Copy it now: it is not shown again."),
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
  return isOver(key) ? `ended ${when(key.expires_at)}` : `ends ${when(key.expires_at)}`;
}

/** Not everywhere is there a clipboard (plain http from another machine has none). */
async function copyFrom(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    notice("Copied.");
  } catch {
    notice("Your browser does not let us copy: the key is selected, copy it yourself.");
  }
}

customElements.define("key-list", KeyList);
