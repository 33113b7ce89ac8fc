// Builds elements. Text of people and servers is never parsed as markup.

import { language, languageOf } from "./translate.js";

/** `h("p.note", {id: "x", onclick: f}, "hi", child)`: attributes, listeners, children. Null, undefined and false are left out. */
export function h(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** true sets an empty attribute; false, null and undefined remove it. An unchanged attribute is not touched. */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A text of a person or a provider, with `lang` if it is not in the page's language. */
export function setWords(element, text, spoken = languageOf(text)) {
  setText(element, text);
  setAttribute(element, "lang", text && spoken !== language ? spoken : null);
}

/** An <img> that gets the class "loaded" once loaded: only then it has the background for transparent parts. */
export function picture(spec, attributes = {}) {
  const img = h(spec, { decoding: "async", ...attributes });
  img.addEventListener("load", () => img.classList.add("loaded"));
  return img;
}

/** Dispatches what a person asked for; the page's main module listens on the document. */
export function ask(element, what, detail = {}) {
  element.dispatchEvent(new CustomEvent("ask", { bubbles: true, detail: { what, ...detail } }));
}

/** The URL if it is one of our own pictures, else null. */
export function pictureUrl(url) {
  return typeof url === "string" && url.startsWith("/p/") ? url : null;
}

export function placeholderUrl(url) {
  return typeof url === "string" && /^data:image\/webp;base64,[A-Za-z0-9+/=]+$/.test(url) ? url : null;
}

/** A random id. Not crypto.randomUUID, which is missing on plain http from another machine. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
