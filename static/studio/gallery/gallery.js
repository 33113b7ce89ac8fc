// The gallery page: every picture of this person, day by day, and the trash.

import { config } from "../ui/config.js";
import { askLine } from "../ui/dialogs.js";
import { h, pictureUrl } from "../ui/dom.js";
import { acceptFiles } from "../ui/drop-zone.js";
import { icon } from "../ui/icons.js";
import { downloadLink, fileLink } from "../ui/download.js";
import { t } from "../ui/translate.js";
import { acts, allDone } from "./acts.js";
import { bulkBar } from "./bulk-bar.js";
import { choosing } from "./choosing.js";
import { asked, finding } from "./finding.js";
import { galleryCard } from "./gallery-card.js";
import { showToolsOnCards, openMenu, refreshTools } from "./card-tools.js";
import { Grid } from "./grid.js";
import { byKeyboard } from "./keys.js";
import { looking } from "./looking.js";
import { isInUse, lookingAgain } from "./looking-again.js";
import { making } from "./making.js";
import { keepPlace, placeHere, returnTo } from "./place.js";
import { Timeline } from "./timeline.js";
import { forgetUndo } from "./undo.js";
import { announce, notice } from "../ui/notice.js";
import "../ui/offline.js";
import "../ui/visible-height.js";
import { settled } from "../ui/overlay.js";
import { photoPicker } from "../upload/photo-picker.js";
import "../upload/photo-tray.js";
import { person } from "../client/person.js";
import { hearOtherTabs } from "../client/news.js";
import * as rest from "../client/rest.js";
import { requestFor } from "../picture/actions.js";
import { adjustByHand, exportPicture, look, paintObject, sharePicture, showDetails, showOrigin } from "../picture/windows.js";
import { nameOf } from "../picture/labels.js";

const CAME = 20; // so many may have come before those that are seen

const root = document.querySelector("#grid");
const empty = document.querySelector("#empty");
const similar = document.querySelector("#similar");
const tray = document.querySelector("photo-tray");
const slides = h("button.quiet", { type: "button", title: t("Slideshow"), "aria-label": t("Slideshow"), hidden: true }, icon("slides"));
const tabs = document.querySelectorAll("nav.tabs a");

const grid = new Grid(root, { makeCell, header: document.querySelector("header") });
const lookSoon = lookingAgain(() => tried(lookForOthers));
hearOtherTabs(() => wanted && reread(wanted));
const works = making(grid, { isOpen: () => Boolean(view) && !view.trash, left: removeEntries, came, told: lookSoon });
const keep = keepPlace(grid);
showToolsOnCards(root);
const { selection, ...chosen } = choosing(root, grid);
const { about, showSlides } = looking(grid, selection);
const doing = acts({ gone, refresh, changed, favorite });

let view = null; // {trash, asked, days}: what the grid shows
let wanted = null; // the same for the latest request: it becomes the view once it is loaded
let arrivals = 0; // pictures that were inserted by themselves: an answer that was requested before lacks them
let cards = new Map(); // picture's id → its card, of what the grid showed before

const inTrash = () => location.hash === "#trash";

function makeCell(entry) {
  if (entry.work) return works.card(entry);
  const card = galleryCard(entry.image, view.trash, cards.get(entry.image.id));
  card.selected = selection.has(entry.image.id);
  return card;
}

/** Shows what the address asks for. */
async function showAddress() {
  empty.hidden ||= Boolean(view); // on the first call the server's own text stays
  const mine = (wanted = { trash: inTrash(), asked: asked() });
  const place = placeHere();
  tabs.forEach((tab) => {
    if ((tab.hash === "#trash") === mine.trash) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  });
  selection.clear();
  forgetUndo();
  if (!(await read(mine))) return;
  if (place) returnTo(grid, place);
}

/** As `showAddress`, but keeps the scroll position. `id`: of the picture that gets the focus if nothing else has it. */
async function refresh(id) {
  const { place } = grid;
  if (view !== wanted || !(await read(view, [...grid.cells()]))) return;
  if (place && scrollY > 0) grid.goTo(place);
  if (!id || document.activeElement !== document.body) return;
  await grid.timeline.ensure(0, 1);
  const entry = grid.timeline.entry(id);
  grid.focus(entry ? grid.timeline.positionOf(entry) : Math.max(0, grid.visible), { scrolls: Boolean(entry) });
}

/** `shown`: the cards of the same pictures, which stay; and so whatever is seen is read before it is shown. */
async function read(mine, shown = []) {
  const timeline = await timelineOf(mine, shown).catch((problem) => notice(problem.message));
  if (!timeline || mine !== wanted) return false;
  if (shown.length && isInUse()) { // it was opened meanwhile
    timeline.close();
    reread(mine);
    return false;
  }
  if (mine !== view) selection.clear(); // what was chosen is not here
  view = mine;
  cards = new Map(shown.filter(({ image }) => image).map((card) => [card.image.id, card]));
  timeline.addEventListener("changed", showNumber);
  timeline.addEventListener("failed", () => notice(timeline.problem.message));
  grid.timeline?.close();
  grid.show(timeline);
  if (!mine.trash) works.layAgain();
  showNumber();
  return true;
}

/** Requested once no action is running, and again if one ran meanwhile. */
async function timelineOf(mine, shown) {
  const { trash, asked } = mine;
  const positions = shown.map((cell) => grid.positionOf(cell)).filter((position) => position >= 0);
  for (;;) {
    const [done, before] = [allDone(), arrivals];
    await done;
    const found = await rest.gallery.days(trash, asked);
    const timeline = new Timeline(found, (cursor, limit, skip) => rest.gallery.page(trash, { ...asked, cursor, skip }, limit));
    mine.days = JSON.stringify(found.items);
    timeline.addEventListener("stale", () => reread(mine));
    if (positions.length) await timeline.ensure(Math.min(...positions), Math.max(...positions) + 1 + CAME);
    if (done === allDone() && before === arrivals) return timeline;
  }
}

/** Soon, even if the counts of the days are the same. */
function reread(mine) {
  mine.days = null;
  lookSoon();
}

async function lookForOthers() {
  if (!view) return;
  offerHidden();
  const mine = view;
  const found = await rest.gallery.days(mine.trash, mine.asked).catch(() => null); // offline, the page stays as it is
  const same = JSON.stringify(found?.items) === mine.days;
  if (found && mine === wanted && (mine.asked.hidden || !same)) refresh(root.contains(document.activeElement) ? focusedId() : null);
}

const focusedId = () => grid.timeline.at(grid.focused)?.image?.id;

function showNumber() {
  const { count, similar: isSimilar } = grid.timeline;
  empty.hidden = count > 0;
  slides.hidden = view.trash || Boolean(view.asked.hidden) || count === 0;
  if (!count) empty.replaceChildren(...nothing());
  similar.hidden = !isSimilar;
}

/** Why, and a way on. */
function nothing() {
  if (Object.keys(view.asked).length) return [t("No picture is like that."), wayOn(view.trash ? "/gallery/#trash" : "/gallery/", t("Show all"))];
  if (view.trash) return [t("The trash is empty.")];
  return [t("No pictures yet. Whatever you make in a chat is kept here."), wayOn("/", t("Make a picture"))];
}

const wayOn = (href, words) => h("a.button", { href }, words);

/** Removes entries from the grid; the focus moves to a neighbour. */
function removeEntries(entries) {
  if (!entries.length) return;
  const { timeline } = grid;
  const position = Math.min(...entries.map((entry) => timeline.positionOf(entry)).filter((each) => each >= 0));
  const isElsewhere = document.activeElement !== document.body && !root.contains(document.activeElement) && !document.activeElement.closest(".chosen");
  timeline.remove(entries);
  if (isElsewhere) return;
  if (timeline.count) grid.focus(Math.min(position, timeline.count - 1), { scrolls: false });
  else document.querySelector("nav.tabs a").focus();
}

function gone(images) {
  const ids = images.map(({ id }) => id);
  removeEntries(ids.flatMap((id) => grid.timeline.entry(id) ?? []));
  selection.drop(ids);
}

function came() {
  arrivals += 1;
}

function changed(image) {
  selection.renew(image);
  const entry = grid.timeline.entry(image.id);
  if (!entry) return;
  grid.timeline.update(image);
  const card = grid.cell(entry);
  if (!card) return;
  card.update(image);
  refreshTools(card);
}

function favorite(ids, is) {
  ids.flatMap((id) => grid.timeline.entry(id) ?? []).forEach(({ image }) => changed({ ...image, favorite: is }));
}

const ANSWERS = {
  press: ({ card, image, event }) => {
    if (!chosen.press(card, event)) ANSWERS[card.inTrash ? "select" : image.url ? "look" : "details"]({ card, image });
  },
  select: ({ card, shiftKey = false }) => chosen.choose(grid.positionOf(card), { range: shiftKey }),
  touched: ({ card }) => openMenu(card),
  look: ({ image }) => {
    keep();
    return look(image, about);
  },
  edit: ({ image }) => visit({ source: image.id }),
  adjust: async ({ image }) => {
    keep();
    const change = await adjustByHand(image);
    if (change) await works.begin({ ...change, source: image });
  },
  tool: async ({ image, tool, style }) => {
    const painted = tool === "remove_object" ? await paintObject(image) : {};
    if (painted) await works.begin({ ...requestFor(tool, { style, words: painted.words }), source: image, mask: painted.mask });
  },
  "work-stop": works.stop,
  "work-retry": works.retry,
  "work-dismiss": works.dismiss,
  download: ({ image, prompt }) => (prompt ? fileLink(rest.fileWithPrompt(image.id)) : downloadLink(pictureUrl(image.url))).click(),
  export: ({ image }) => exportPicture(image, nameOf(image)),
  origin: async ({ image }) => {
    const asked = await showOrigin(image, nameOf);
    if (asked) await ANSWERS[asked.what](asked);
  },
  share: ({ image }) => sharePicture(image),
  details: ({ image }) => showDetails(image),
  appealed: ({ image }) => (image.state === "hidden" ? changed(image) : refresh()),
  favorite: ({ image }) => (image.favorite ? doing.unfavorite([image]) : doing.favorite([image])),
  album: ({ image }) => doing.add([image]),
  rename: async ({ image }) => {
    const value = image.title;
    const title = await askLine({ title: t("Rename this picture"), label: t("Title"), value, confirm: t("Rename") });
    if (title) await doing.rename(image, title);
  },
  delete: ({ image }) => doing.trash([image]),
  restore: ({ image }) => doing.restore([image]),
  purge: ({ image }) => doing.purge([image]),
};

bulkBar(selection, { shown: () => view, doing, tried, all: chosen.all });

const KEYS = {
  select: (position) => chosen.choose(position),
  extend: chosen.extend,
  all: chosen.all,
  delete: (position, images) => (view.trash ? doing.purge(images) : doing.trash(images)),
  menu: (position) => openMenu(grid.cell(grid.timeline.at(position))),
};

byKeyboard(root, grid, (what, position, from) => {
  const image = grid.timeline.at(position)?.image;
  if (!image && what !== "extend") return false;
  const isChosen = image && selection.has(image.id);
  tried(() => KEYS[what](position, what === "delete" ? (isChosen ? selection.images : [image]) : from));
  return true;
});

/** Goes to the chat. */
function visit(query) {
  keep();
  location.href = `/?${new URLSearchParams(query)}`;
}

/** Uploads photos. From the trash it switches to the pictures, where they appear. */
function bring(files) {
  if (inTrash()) location.hash = "#pictures";
  tray.take(files, config.limits.upload_bytes);
}

tray.addEventListener("photo", ({ detail: { image } }) => {
  const name = nameOf(image);
  const known = grid.timeline?.entry(image.id);
  came();
  announce(known ? t("Here already: {name}", { name }) : t("Added: {name}", { name }));
  if (view && !view.trash && !known) grid.timeline.insert(image);
});

async function tried(act) {
  try {
    await act();
  } catch (problem) {
    notice(problem.message);
  }
}

document.addEventListener("ask", ({ detail, target }) => {
  const card = target.closest("gallery-card, work-card");
  tried(() => ANSWERS[detail.what]({ card, image: card?.image, ...detail }));
});
document.addEventListener("renewed", ({ detail: { image } }) => changed(image));
slides.addEventListener("click", () => tried(showSlides));
document.querySelector("#bring").append(slides, ...photoPicker({ take: bring, title: t("Add photos"), labelled: true }));
acceptFiles(bring);
document.querySelector("nav.tabs").addEventListener("click", keep, true);
window.addEventListener("hashchange", showAddress);
const { offerHidden } = finding(document.querySelector("#finding"), { changed: showAddress, leave: keep });
settled.then(showAddress);
person.addEventListener("changed", () => location.reload());
