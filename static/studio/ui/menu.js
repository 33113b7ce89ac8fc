// A button that opens a menu. The browser closes it on Esc and on a click elsewhere, and restores the focus.

import { h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";

const GAP_PX = 6;
const MOVES = { ArrowDown: 1, ArrowUp: -1 };
let menus = 0;

/** `items()` → [{value, label, icon?, look?, heading?}], asked for when it opens; a heading cannot be chosen. `look`: the class of
 * a small picture. */
export function menuButton({ label, picture, items, choose }) {
  const id = `menu-${++menus}`;
  const menu = h("div.menu", { id, popover: "auto", role: "menu", "aria-label": label });
  const button = h("button.quiet", {
    type: "button", title: label, popovertarget: id, "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id,
  }, icon(picture), h("span.label", {}, label), icon("down"));
  const pick = (value) => {
    menu.hidePopover();
    choose(value);
  };
  let following = new AbortController();
  // A menu that is taken off the page while it is open is not told that it closes.
  const follow = () => (menu.isConnected ? place(menu, button) : following.abort());
  menu.addEventListener("beforetoggle", ({ newState }) => {
    following.abort();
    if (newState !== "open") return;
    menu.replaceChildren(...items().map((item) => entry(item, pick)));
    entries(menu)[0].tabIndex = 0; // the menu is reachable by keyboard, and so can be scrolled
    place(menu, button);
    following = new AbortController();
    const { signal } = following;
    window.addEventListener("scroll", follow, { capture: true, signal });
    window.addEventListener("resize", follow, { signal });
  });
  menu.addEventListener("toggle", ({ newState }) => {
    setAttribute(button, "aria-expanded", String(newState === "open"));
    if (newState === "open" && !menu.contains(document.activeElement)) entries(menu)[0].focus();
  });
  menu.addEventListener("keydown", (event) => move(event, menu));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    menu.showPopover();
    entries(menu).at(MOVES[event.key] - (event.key === "ArrowDown" ? 1 : 0)).focus();
  });
  return h("span.with-menu", {}, button, menu);
}

function entry({ value, label, icon: picture, look, heading }, pick) {
  if (heading) return h("p.heading", { role: "presentation" }, label);
  const attributes = { type: "button", role: "menuitem", tabindex: -1, onclick: () => pick(value) };
  return h("button.item", attributes, picture && icon(picture), look && h(`i.look.${look}`, { "aria-hidden": "true" }), label);
}

const entries = (menu) => [...menu.querySelectorAll("[role=menuitem]")];

/** Above or below the button, where there is more space, inside the window. */
function place(menu, button) {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const above = top > innerHeight - bottom;
  const ends = left > innerWidth - right;
  const px = (value) => `${Math.max(GAP_PX, value)}px`;
  menu.style.top = above ? "auto" : px(bottom + GAP_PX);
  menu.style.bottom = above ? px(innerHeight - top + GAP_PX) : "auto";
  menu.style.left = ends ? "auto" : px(left);
  menu.style.right = ends ? px(innerWidth - right) : "auto";
  menu.style.maxHeight = px((above ? top : innerHeight - bottom) - 2 * GAP_PX);
}

function move(event, menu) {
  const { key } = event;
  if (key === "Tab") return menu.hidePopover();
  const all = entries(menu);
  const at = all.indexOf(document.activeElement);
  let to = null;
  if (key in MOVES) to = all.at((at + MOVES[key]) % all.length);
  else if (key === "Home" || key === "End") to = all.at(key === "Home" ? 0 : -1);
  else if (key.length === 1 && key !== " ") {
    const begins = (item) => item.textContent.toLowerCase().startsWith(key.toLowerCase());
    to = [...all.slice(at + 1), ...all].find(begins);
  }
  if (!to) return;
  event.preventDefault();
  to.focus();
}
