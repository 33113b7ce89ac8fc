// A form that shows errors below its fields, and sends one request at a time.

import { h } from "../ui/dom.js";

export function field(label, attributes) {
  return h("label", {}, h("span", {}, label), h("input", { required: true, ...attributes }));
}

export const emailField = (label) => field(label, { name: "email", type: "email", autocomplete: "username", maxlength: 254 });
export const passwordField = (label, kind = "current-password") =>
  field(label, { name: "password", type: "password", autocomplete: kind, maxlength: 128 });
export const codeField = (label, more = {}) =>
  field(label, { name: "code", type: "text", class: "code", autocomplete: "one-time-code", maxlength: 20, autocapitalize: "characters", spellcheck: "false", ...more });

/** `send(values)` may raise a `Problem`, which is shown. `beside`: buttons in the form's last line. */
export function form(children, confirm, send, beside = []) {
  const mistake = h("p.mistake", { role: "alert", hidden: true });
  const button = h("button.primary", {}, confirm);
  const element = h("form", {}, ...children, mistake, h("div.row", {}, button, ...beside));
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    mistake.hidden = true;
    try {
      await send(Object.fromEntries(new FormData(element)));
    } catch (problem) {
      mistake.textContent = problem.message;
      mistake.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
  return element;
}

export const quiet = (text, onclick) => h("button.quiet", { type: "button", onclick }, text);
