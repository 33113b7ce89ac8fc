// The gallery page: every picture of this person, and the trash.

import { config } from "../ui/config.js";
import { confirmed, askLine } from "../ui/dialogs.js";
import { h, pictureUrl } from "../ui/dom.js";
import { acceptFiles } from "../ui/drop-zone.js";
import { downloadLink } from "../ui/download.js";
import { asked, finding } from "./finding.js";
import { galleryCard, trashCard } from "./gallery-card.js";
import { cardOf, keepPlace, placeHere, returnTo } from "./place.js";
import { Work } from "./work.js";
import "./work-card.js";
import { announce, notice } from "../ui/notice.js";
import "../ui/offline.js";
import "../ui/visible-height.js";
import { settled } from "../ui/overlay.js";
import { photoPicker } from "../upload/photo-picker.js";
import "../upload/photo-tray.js";
import { person } from "../client/person.js";
import * as rest from "../client/rest.js";
import { wishFor } from "../picture/actions.js";
import { adjustByHand, exportPicture, look, paintObject, sharePicture, showOrigin } from "../picture/windows.js";
import { announcement, nameOf } from "../picture/labels.js";
import { t } from "../ui/translate.js";

const PAGE = 24;
const LARGEST_PAGE = 100;

const grid = document.querySelector("#grid");
const more = document.querySelector("#more");
const empty = document.querySelector("#empty");
const similar = document.querySelector("#similar");
const tray = document.querySelector("photo-tray");
const tabs = document.querySelectorAll("nav.tabs a");
const work = new Work();
const workCards = new Map(); // client id → <work-card>
const keep = keepPlace(grid);

let view = null; // {trash, asked, next, similar}: what the grid shows; another object as soon as it shows something else

const inTrash = () => location.hash === "#trash";

async function turn() {
  empty.hidden ||= Boolean(view); // at first, of whom nobody knows yet, the server has said it
  const mine = (view = { trash: inTrash(), asked: asked(), next: null, similar: false });
  const place = placeHere();
  tabs.forEach((tab) => {
    if ((tab.hash === "#trash") === view.trash) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  });
  grid.replaceChildren();
  workCards.clear();
  similar.hidden = more.hidden = true;
  let wanted = place?.count ?? PAGE;
  do {
    const before = grid.childElementCount;
    await load(Math.min(LARGEST_PAGE, Math.max(PAGE, wanted)));
    wanted -= grid.childElementCount - before || wanted;
  } while (mine === view && mine.next && wanted > 0);
  if (mine !== view) return;
  if (place) returnTo(grid, place);
  if (mine.trash) return;
  work.running.forEach(lay);
  work.resume();
}

async function load(limit = PAGE) {
  const mine = view;
  const asked = document.activeElement === more; // which cannot keep the focus while it is disabled
  more.disabled = true;
  try {
    const list = mine.trash ? rest.gallery.deleted : rest.gallery.list;
    const { items, next, similar } = await list(mine.next, limit, mine.asked);
    if (mine !== view) return;
    Object.assign(mine, { next, similar });
    const first = grid.childElementCount;
    const others = items.filter((image) => !cardOf(grid, image.id)); // a photo that has just been brought is there already
    grid.append(...others.map((image) => h("li", {}, mine.trash ? trashCard(image) : galleryCard(image))));
    if (asked) grid.children[first]?.querySelector("button").focus();
  } catch (problem) {
    notice(problem.message);
  }
  more.disabled = false;
  refresh();
}

function refresh() {
  more.hidden = !view.next;
  empty.hidden = grid.childElementCount > 0 || Boolean(view.next);
  empty.textContent = nothing();
  similar.hidden = !view.similar;
}

function nothing() {
  if (Object.keys(view.asked).length) return t("No picture is like that.");
  return view.trash ? t("The trash is empty.") : t("No pictures yet. Whatever you make in a chat is kept here.");
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

// What is made here

function showWork({ message, before }) {
  if (view.trash) return;
  announce(announcement(before, message));
  const known = workCards.get(message.client_id);
  if (message.status === "DONE" && message.image?.state === "shown") return void arrived(message, known);
  if (known || message.status === "PROCESSING") refreshWork(message, known ?? lay(message));
}

/** Right before the picture that it is made from, where that can be seen. */
function lay(message) {
  const card = h("work-card");
  workCards.set(message.client_id, card);
  const item = h("li", {}, card);
  const source = cardOf(grid, message.source_image_id)?.parentElement;
  grid.insertBefore(item, source ?? grid.firstElementChild);
  refresh();
  refreshWork(message, card);
  item.scrollIntoView({ block: "nearest" });
  return card;
}

function refreshWork(message, card) {
  card.update(message, work.progress(message), message.request?.source ?? cardOf(grid, message.source_image_id)?.image);
}

/** The picture takes the place that was kept for it; one of which nobody knew here is the newest, or was there before. */
async function arrived(message, workCard) {
  const newest = grid.querySelector("gallery-card")?.image.id ?? "";
  if (cardOf(grid, message.image.id) || (!workCard && message.image.id < newest)) return;
  const mine = view;
  const image = await rest.gallery.get(message.image.id).catch(() => null);
  if (!image || mine !== view || cardOf(grid, image.id)) return;
  workCards.delete(message.client_id);
  const card = galleryCard(image);
  const hadFocus = workCard?.contains(document.activeElement);
  if (workCard?.isConnected) workCard.replaceWith(card);
  else grid.prepend(h("li", {}, card));
  if (hadFocus) card.querySelector("button").focus();
  refresh();
}

function dismiss({ card, message }) {
  workCards.delete(message.client_id);
  leave(card, t("Dismissed"));
}

work.addEventListener("message", ({ detail }) => showWork(detail));
work.addEventListener("progress", () => {
  for (const card of workCards.values()) if (card.message.id) refreshWork(card.message, card);
});

/** The pictures that one can go on to in the viewer. */
const shown = () => [...grid.querySelectorAll("gallery-card")].map((card) => card.image).filter((image) => image.url);

const about = {
  wordsOf: nameOf,
  varies: () => false, // which is a matter of its conversation
  pictures: shown,
  more: async () => {
    const before = grid.childElementCount;
    if (view.next) await load();
    return grid.childElementCount > before;
  },
  closed: (image) => {
    const open = cardOf(grid, image.id)?.querySelector("button");
    open?.focus({ preventScroll: true });
    open?.scrollIntoView({ block: "nearest" });
  },
};

const ANSWERS = {
  look: ({ image }) => {
    keep();
    return look(image, about);
  },
  edit: ({ image }) => visit({ source: image.id }),
  adjust: async ({ image }) => {
    keep();
    const change = await adjustByHand(image);
    if (change) await work.begin({ ...change, source: image });
  },
  tool: async ({ image, tool, style }) => {
    const painted = tool === "remove_object" ? await paintObject(image) : {};
    if (painted) await work.begin({ ...wishFor(tool, { style, words: painted.words }), source: image, mask: painted.mask });
  },
  "work-stop": ({ message }) => work.stop(message),
  "work-retry": ({ message }) => work.retry(message),
  "work-dismiss": dismiss,
  download: ({ image }) => downloadLink(pictureUrl(image.url)).click(),
  export: ({ image }) => exportPicture(image, nameOf(image)),
  origin: async ({ image }) => {
    const asked = await showOrigin(image, nameOf);
    if (asked) await ANSWERS[asked.what](asked);
  },
  share: ({ image }) => sharePicture(image),
  favorite: async ({ card }) => {
    card.update(await rest.gallery.change(card.image.id, { favorite: !card.image.favorite }));
  },
  rename: async ({ card }) => {
    const value = card.image.title;
    const title = await askLine({ title: t("Rename this picture"), label: t("Title"), value, confirm: t("Rename") });
    if (title) card.update(await rest.gallery.change(card.image.id, { title }));
  },
  delete: async ({ card }) => {
    await rest.gallery.remove(card.image.id);
    leave(card, t("Moved to the trash"));
  },
  restore: async ({ card }) => {
    await rest.gallery.restore(card.image.id);
    leave(card, t("Restored"));
  },
  purge: async ({ card }) => {
    const text = t("The picture is erased. This cannot be undone.");
    if (!(await confirmed({ title: t("Delete for good?"), text, confirm: t("Delete for good") }))) return;
    await rest.gallery.purge(card.image.id);
    leave(card, t("Deleted for good"));
  },
};

/** Over to the chat. */
function visit(query) {
  keep();
  location.href = `/?${new URLSearchParams(query)}`;
}

/** New photos of one's own. They are seen among the pictures, also by somebody who was looking into the trash. */
function bring(files) {
  if (view.trash) location.hash = "#pictures";
  tray.take(files, config.limits.upload_bytes);
}

tray.addEventListener("photo", ({ detail: { image } }) => {
  const known = [...grid.querySelectorAll("gallery-card")].some((card) => card.image.id === image.id);
  announce(known ? t("Here already: {name}", { name: nameOf(image) }) : t("Added: {name}", { name: nameOf(image) }));
  if (view.trash || known) return;
  grid.prepend(h("li", {}, galleryCard(image)));
  refresh();
});

/** Up and down, to the picture above or below. */
grid.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const item = event.target.closest("#grid > li");
  if (!by || !item || event.defaultPrevented || event.target.closest("[role=menu]")) return;
  const items = [...grid.children];
  const columns = items.filter(({ offsetTop }) => offsetTop === items[0].offsetTop).length;
  const there = items[items.indexOf(item) + by * columns];
  if (!there) return;
  event.preventDefault();
  there.querySelector("button").focus();
});

document.addEventListener("ask", async ({ detail, target }) => {
  try {
    const card = target.closest("gallery-card, work-card");
    await ANSWERS[detail.what]({ card, image: card?.image, ...detail });
  } catch (problem) {
    notice(problem.message);
  }
});
document.addEventListener("renewed", ({ detail: { image } }) => cardOf(grid, image.id)?.update(image));
more.addEventListener("click", () => load());
document.querySelector("#bring").append(...photoPicker({ take: bring, title: t("Add photos"), labelled: true }));
acceptFiles(bring);
document.querySelector("nav.tabs").addEventListener("click", keep, true);
window.addEventListener("hashchange", turn);
finding(document.querySelector("#finding"), turn);
settled.then(turn);
person.addEventListener("changed", () => location.reload());
