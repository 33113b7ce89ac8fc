// Modal dialogs that ask the person something. The browser traps the focus, closes on Esc, and restores the focus.

import { h } from "./dom.js";
import { t } from "./translate.js";

/** Resolves with the form's values once confirmed, else with null. `fields`: elements with names to ask for. */
export function dialog({ title, fields, confirm, danger = false }) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" },
      h("h2", { id: "dialog-title" }, title),
      ...fields,
      h("div.buttons", {},
        h("button", { type: "button", onclick: () => element.close() }, t("Cancel")),
        h(danger ? "button.danger" : "button.primary", { value: "yes" }, confirm)),
    );
    const element = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    element.addEventListener("click", (event) => event.target === element && element.close());
    element.addEventListener("close", () => {
      resolve(element.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
      element.remove();
    });
    document.body.append(element);
    element.showModal();
    element.querySelector("input[name=line]")?.select();
  });
}

export function confirmed({ title, text, confirm }) {
  return dialog({ title, fields: [h("p", {}, text)], confirm, danger: true });
}

/** A line of text, trimmed; null if cancelled or empty. */
export async function askLine({ title, label, value, confirm, longest = 120 }) {
  const input = h("input", { name: "line", value, maxlength: longest, autocomplete: "off", autofocus: true });
  const answer = await dialog({ title, fields: [h("label", {}, h("span", {}, label), input)], confirm });
  return answer?.line.trim() || null;
}

/** A few sentences, trimmed; null if cancelled or empty. */
export async function askText({ title, label, confirm }) {
  const words = h("textarea", { name: "text", rows: 4, maxlength: 1000, required: true, autofocus: true });
  const answer = await dialog({ title, fields: [h("label", {}, h("span", {}, label), words)], confirm });
  return answer?.text.trim() || null;
}

/** "keep" or "trash" for the pictures; null if cancelled. */
export async function askDeleteSession(title) {
  const box = h("input", { type: "checkbox", name: "trash" });
  const fields = [
    h("p", {}, t("The conversation cannot be brought back. Its pictures stay in your gallery.")),
    h("label.check", {}, box, h("span", {}, t("Move its pictures to the trash too"))),
  ];
  const answer = await dialog({ title: t("Delete “{title}”?", { title }), fields, confirm: t("Delete"), danger: true });
  return answer && (answer.trash ? "trash" : "keep");
}
