// The gallery page: every picture of this person, and the trash.

import { config } from "./config.js";
import { confirmed, askLine } from "./dialogs.js";
import { h } from "./dom.js";
import { acceptFiles } from "./dropping.js";
import { leaveErrand } from "./errand.js";
import { galleryCard, trashCard } from "./gallery-card.js";
import { paintObject } from "./mask-brush.js";
import { announce, notice } from "./notice.js";
import { photoPicker } from "./photo-picker.js";
import "./photo-tray.js";
import * as rest from "./rest.js";
import { wishFor } from "./tools.js";
import { look } from "./viewer.js";
import { nameOf } from "./words.js";

const grid = document.querySelector("#grid");
const more = document.querySelector("#more");
const empty = document.querySelector("#empty");
const tray = document.querySelector("photo-tray");
const tabs = document.querySelectorAll("nav.tabs a");

let view = null; // {trash, next}: what the grid shows; another object as soon as it shows something else

const inTrash = () => location.hash === "#trash";

async function turn() {
  view = { trash: inTrash(), next: null };
  tabs.forEach((tab) => {
    if ((tab.hash === "#trash") === view.trash) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  });
  grid.replaceChildren();
  empty.hidden = more.hidden = true;
  await load();
}

async function load() {
  const mine = view;
  more.disabled = true;
  try {
    const { items, next } = await (mine.trash ? rest.gallery.deleted(mine.next) : rest.gallery.list(mine.next));
    if (mine !== view) return;
    mine.next = next;
    const first = grid.childElementCount;
    const known = new Set([...grid.querySelectorAll("gallery-card")].map((card) => card.image.id));
    const others = items.filter((image) => !known.has(image.id)); // a photo that has just been brought is there already
    grid.append(...others.map((image) => h("li", {}, mine.trash ? trashCard(image) : galleryCard(image))));
    if (document.activeElement === more || document.activeElement === document.body) {
      if (first) grid.children[first]?.querySelector("button").focus();
    }
  } catch (problem) {
    notice(problem.message);
  }
  more.disabled = false;
  refresh();
}

function refresh() {
  more.hidden = !view.next;
  empty.hidden = grid.childElementCount > 0 || Boolean(view.next);
  empty.textContent = view.trash ? "The trash is empty." : "No pictures yet. Whatever you make in a chat is kept here.";
}

/** Out of the grid; the focus goes to the neighbour. */
function leave(card, words) {
  const item = card.parentElement;
  const next = item.nextElementSibling ?? item.previousElementSibling;
  item.remove();
  (next?.querySelector("button, a") ?? document.querySelector("nav.tabs a")).focus();
  announce(words);
  refresh();
}

const ANSWERS = {
  look: ({ image }) => look(image, { wordsOf: nameOf, varies: () => false }), // which is a matter of its conversation
  edit: ({ image }) => visit({ source: image.id }),
  tool: async ({ image, tool, style }) => {
    const painted = tool === "remove_object" ? await paintObject(image) : {};
    if (!painted) return;
    leaveErrand({ ...wishFor(tool, { style, words: painted.words }), source: image, mask: painted.mask });
    visit();
  },
  favorite: async ({ card }) => {
    card.update(await rest.gallery.change(card.image.id, { favorite: !card.image.favorite }));
  },
  rename: async ({ card }) => {
    const value = card.image.title;
    const title = await askLine({ title: "Rename this picture", label: "Title", value, confirm: "Rename" });
    if (title) card.update(await rest.gallery.change(card.image.id, { title }));
  },
  delete: async ({ card }) => {
    await rest.gallery.remove(card.image.id);
    leave(card, "Moved to the trash");
  },
  restore: async ({ card }) => {
    await rest.gallery.restore(card.image.id);
    leave(card, "Restored");
  },
  purge: async ({ card }) => {
    const text = "The picture is erased. This cannot be undone.";
    if (!(await confirmed({ title: "Delete for good?", text, confirm: "Delete for good" }))) return;
    await rest.gallery.purge(card.image.id);
    leave(card, "Deleted for good");
  },
};

/** Over to the chat. */
function visit(query) {
  location.href = query ? `/?${new URLSearchParams(query)}` : "/";
}

/** New photos of one's own. They are seen among the pictures, also by somebody who was looking into the trash. */
function bring(files) {
  if (view.trash) location.hash = "#pictures";
  tray.take(files, config.limits.upload_bytes);
}

tray.addEventListener("photo", ({ detail: { image } }) => {
  announce(`Added: ${nameOf(image)}`);
  if (view.trash) return;
  grid.prepend(h("li", {}, galleryCard(image)));
  refresh();
});

document.addEventListener("ask", async ({ detail, target }) => {
  try {
    const card = target.closest("gallery-card");
    await ANSWERS[detail.what]({ card, image: card?.image, ...detail });
  } catch (problem) {
    notice(problem.message);
  }
});
more.addEventListener("click", load);
document.querySelector("#bring").append(...photoPicker({ take: bring, multiple: true, labelled: true }));
acceptFiles(bring);
window.addEventListener("hashchange", turn);
turn();
