// The actions of a picture: buttons are made only for the card under the pointer and the card with the focus, when needed.

import { ask, h, pictureUrl } from "../ui/dom.js";
import { config } from "../ui/config.js";
import { icon } from "../ui/icons.js";
import { menuButton } from "../ui/menu.js";
import { rove } from "../ui/roving.js";
import { t } from "../ui/translate.js";
import "../picture/quick-actions.js";
import { styleItems, tools } from "../picture/actions.js";

const TOUCH = matchMedia("(hover: none)");

/** `root`: the grid's element. */
export function showToolsOnCards(root) {
  let near = null; // the card under the pointer

  const cardsWithTools = () => [...root.querySelectorAll("gallery-card:has(> .lent)")];
  const isWanted = (card) => card === near || card.contains(document.activeElement) || Boolean(card.querySelector(":popover-open"));
  const tidy = () => {
    if (document.querySelector("dialog:modal")) return; // once it closes, the focus returns to the button that opened it
    cardsWithTools().filter((card) => !isWanted(card)).forEach((card) => card.querySelector(":scope > .lent").remove());
  };

  root.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch" || TOUCH.matches) return;
    const card = target.closest("gallery-card");
    if (card === near) return;
    near = card;
    if (card) showTools(card);
    tidy();
  });
  root.addEventListener("pointerleave", () => {
    near = null;
    tidy();
  });
  root.addEventListener("focusin", ({ target }) => {
    const card = target.closest("gallery-card");
    if (card && !TOUCH.matches) showTools(card); // a button that appears under a finger would take its tap
    tidy();
  });
  root.addEventListener("focusout", () => setTimeout(tidy)); // once the new element has the focus
  root.addEventListener("toggle", () => setTimeout(tidy), true); // a menu has closed
  root.addEventListener("contextmenu", (event) => {
    const card = event.target.closest("gallery-card");
    if (!card || event.pointerType === "touch" || event.target.closest(".lent")) return;
    event.preventDefault();
    openMenu(card);
  });
}

/** For touch, and for the context menu key. */
export function openMenu(card) {
  showTools(card);
  card.querySelector(".lent > .tools .with-menu > button").click();
}

/** After the picture has changed. */
export function refreshTools(card) {
  card.querySelector(".lent .icon-star")?.parentElement.setAttribute("aria-pressed", String(card.image.favorite));
}

function showTools(card) {
  if (card.querySelector(":scope > .lent")) return;
  const made = h("div.lent", { role: "toolbar", "aria-label": t("What to do with it") }, ...(card.inTrash ? ofTrash(card) : ofPicture(card)));
  card.append(made);
  rove(made);
}

function ofPicture(card) {
  const star = tool("favorite", t("Favourite"), "star", { "aria-pressed": String(card.image.favorite) });
  const seen = Boolean(pictureUrl(card.image.url));
  const items = () => {
    const [first, last] = seen && TOUCH.matches ? [made(), styles()] : [[], []];
    return [...first, ...(seen ? kept(card.image) : []), ...sorted(), ...last];
  };
  const choose = ({ what, ...rest }) => ask(card, what, { image: card.image, ...rest });
  const more = menuButton({ label: t("More"), picture: "more", items, choose });
  const buttons = h("span.tools", {}, star, more);
  if (!seen) return [buttons];
  const over = h("quick-actions.bare");
  over.show(card.image, false);
  return [over, buttons];
}

function ofTrash(card) {
  const items = () => [
    { value: "restore", label: t("Restore"), icon: "restore" },
    { value: "purge", label: t("Delete for good"), icon: "trash" },
  ];
  const more = menuButton({ label: t("More"), picture: "more", items, choose: (what) => ask(card, what) });
  const buttons = items().map(({ value, label, icon }) => tool(value, label, icon));
  return [h("span.tools", {}, ...buttons, more)];
}

function tool(what, label, picture, attributes = {}) {
  const onclick = ({ currentTarget }) => ask(currentTarget, what);
  return h("button.quiet", { type: "button", title: label, "aria-label": label, onclick, ...attributes }, icon(picture));
}

/** The menu's items: what can be made of the picture. */
const made = () => [
  { value: { what: "adjust" }, label: t("Adjust"), icon: "adjust" },
  ...tools().map(([name, { label, icon }]) => ({ value: { what: "tool", tool: name }, label, icon })),
  { heading: true, label: t("Picture") },
];
/** At the end: they are many, and would keep what follows from being seen. */
const styles = () => [
  ...(config.can.styles.length ? [{ heading: true, label: t("Style") }] : []),
  ...styleItems(config.can.styles).map(({ value: style, ...item }) => ({ ...item, value: { what: "tool", tool: "style_transfer", style } })),
];
const kept = ({ prompt }) => [
  { value: { what: "edit" }, label: t("Edit in a chat"), icon: "chat" },
  { value: { what: "download" }, label: t("Download"), icon: "download" },
  ...(prompt ? [{ value: { what: "download", prompt: true }, label: t("Save with its prompt"), icon: "download" }] : []),
  { value: { what: "export" }, label: t("Export…"), icon: "save" },
  { value: { what: "origin" }, label: t("Where does this come from?"), icon: "branch" },
  { value: { what: "share" }, label: t("Share…"), icon: "share" },
];
const sorted = () => [
  { value: { what: "details" }, label: t("Details"), icon: "details" },
  { value: { what: "album" }, label: t("Add to an album"), icon: "album" },
  { value: { what: "rename" }, label: t("Rename"), icon: "edit" },
  { value: { what: "delete" }, label: t("Move to the trash"), icon: "trash" },
];
