// The moderators' queue: one large picture at a time with its details; a verdict is one key.

import { h, setText } from "../ui/dom.js";
import { locale, plural, t } from "../ui/translate.js";

const AGAIN_MS = 20_000; // between requests while the queue is empty
const RENEW_MS = 60_000; // the server's lease is three minutes
const FEW = 3; // remaining pictures, below which more are requested
const UNDO_MS = 5_000; // until a verdict is sent, unless another one follows
const PASSED = 500; // the server's limit

const config = JSON.parse(document.querySelector("#queue-config").textContent);
const filters = document.querySelector("#filters");
const place = document.querySelector("#queue");
const said = document.querySelector("#said");
const undoButton = document.querySelector("#undo");
const token = filters.elements.csrfmiddlewaretoken.value;

let chosen = read(); // the filters
let items = []; // the first is on the page
let leaving = []; // claims of other filters, released before the next request
let passed = []; // skipped, for other moderators
const decided = new Set(); // by this page: an answer to an earlier request may still list them
let asking = false;
let unsent = null; // the last verdict, which can be taken back: {item, body, timer}

async function post(path, body, options) {
  const form = body instanceof FormData;
  const headers = { "X-CSRFToken": token, ...(form ? {} : { "Content-Type": "application/json" }) };
  const response = await fetch(path, { method: "POST", headers, body: form ? body : JSON.stringify(body), ...options });
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw Object.assign(new Error(answer?.message ?? t("The studio cannot answer right now.")), { passes: response.status >= 500 });
  return answer;
}

function read() {
  const { kind, purpose, person, provider } = Object.fromEntries(new FormData(filters));
  return { kind, purpose, person: person.trim(), provider: provider.trim() };
}

/** Requests more; it also renews the leases of the pictures on the page. */
async function more() {
  if (asking) return;
  asking = true;
  try {
    const answer = await claim();
    const known = new Set([...items.map(({ id }) => id), ...decided, ...passed]);
    items.push(...answer.items.filter(({ id }) => !known.has(id)));
    count(answer.waiting);
    setText(document.querySelector("#notice"), answer.notice);
    show();
  } catch (problem) {
    setText(said, problem.message);
  } finally {
    asking = false;
  }
}

/** Resolves with the answer for the current filters, also if they change meanwhile. */
async function claim() {
  if (leaving.length) await post("release/", named(leaving.splice(0)));
  const asked = chosen;
  const answer = await post("claim/", { ...asked, passed });
  if (asked === chosen) return answer;
  leaving.push(...answer.items);
  return claim();
}

function named(images) {
  const form = new FormData();
  images.forEach(({ id }) => form.append("id", id));
  return form;
}

function count({ appeals, reports, hints, new: unseen }) {
  const number = (n) => (n >= 1000 ? t("over {count}", { count: (1000).toLocaleString(locale) }) : n.toLocaleString(locale));
  const words = t("Appeals: {appeals}. Reported: {reports}. Named by a hint: {hints}. Not looked at yet: {unseen}.", {
    appeals: number(appeals), reports: number(reports), hints: number(hints), unseen: number(unseen),
  });
  setText(document.querySelector("#waiting"), words);
}

function show() {
  const [item] = items;
  if (place.dataset.id === (item?.id ?? "")) return;
  place.dataset.id = item?.id ?? "";
  delete place.dataset.ready;
  if (!item) {
    place.replaceChildren();
    setText(said, isFiltered() ? t("Nothing of this kind waits. This page looks again by itself.") : t("Nothing waits. This page looks again by itself."));
    return;
  }
  const img = h("img", { alt: item.title || item.prompt || t("A picture without words"), src: item.url });
  const ready = () => place.dataset.id === item.id && (place.dataset.ready = "");
  img.addEventListener("load", ready);
  img.addEventListener("error", () => ready() !== false && setText(said, t("The picture could not be loaded.")));
  const known = h("div.known", { tabindex: 0, role: "region", "aria-label": t("What is known of it") }, ...details(item));
  place.replaceChildren(h("figure", {}, img), h("aside", {}, known, acts(item)));
  for (const next of items.slice(1, FEW)) new Image().src = next.url;
}

function isFiltered() {
  const { kind, ...others } = chosen;
  return kind !== "all" || Object.values(others).some(Boolean);
}

function details(item) {
  const time = (at) => new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
  const { person } = item;
  const name = person.page ? h("a", { href: person.page }, person.name) : person.name;
  const before = person.hidden_before > 0 && plural(person.hidden_before, "{count} hidden before", "{count} hidden before");
  const rows = [
    [t("Person"), name],
    before && ["", before],
    [t("Made by"), item.provider || t("brought along")],
    item.score !== null && [t("Hint"), item.score.toLocaleString(locale, { style: "percent" })],
    [t("Since"), time(item.created_at)],
    [t("Size"), `${item.width} × ${item.height}`],
  ].filter(Boolean);
  return [
    item.appeal && h("blockquote", {}, h("strong", {}, t("Appeal:")), ` ${item.appeal.text}`),
    item.hidden && h("p", {}, h("strong", {}, t("Hidden:")), ` ${item.hidden}`),
    ...item.reports.map(({ reason, text }) => h("blockquote", {}, h("strong", {}, t("Reported:")), ` ${reason}. ${text}`)),
    h("p.prompt", { dir: "auto" }, words(item)),
    h("dl", {}, ...rows.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)])),
  ].filter(Boolean);
}

/** The request, unless the prompt begins with it. */
function words({ request, prompt, title }) {
  const said = [prompt || title];
  if (request && !prompt.startsWith(request)) said.unshift(request);
  return said.filter(Boolean).join("\n\n");
}

function acts(item) {
  const act = (key, label, what, spec = "button", title = "") =>
    h(spec, { type: "button", onclick: what, title }, h("kbd", {}, key), h("span", {}, label));
  const others = [
    config.can_block && item.person.block && act("B", t("Block"), block, "button", t("Block the person")),
    act("N", t("Next"), pass, "button", t("Next, without a verdict")),
  ].filter(Boolean);
  if (item.appeal) {
    return h("div.acts", {},
      act("A", t("Accept the appeal: show it again"), () => decide("approve"), "button.yes"),
      act("H", t("Reject the appeal: it stays hidden"), () => decide("hide")), h("div.others", {}, ...others));
  }
  return h("div.acts", {},
    act("A", t("Approve"), () => decide("approve"), "button.yes"),
    h("p", {}, t("Hide it, because")),
    h("div.reasons", {}, ...config.reasons.map(({ code, label, sentence }, i) => act(i + 1, label, () => decide("hide", code), "button", sentence))),
    h("div.others", {}, act("H", t("In your words"), hideWithWords, "button", t("Hide, with your words")), ...others));
}

/** Shows the next picture at once. Ignored until the picture is loaded. */
function decide(verdict, code = "other", words = "") {
  const [item] = items;
  if (!item || place.dataset.ready === undefined) return;
  send();
  decided.add(item.id);
  unsent = { item, body: { id: item.id, verdict, code, words }, timer: setTimeout(send, UNDO_MS) };
  undoButton.hidden = false;
  showNext(verdict === "approve" ? t("Approved.") : t("Hidden."));
}

/** Takes the last verdict from where it waits. */
function take() {
  const verdict = unsent;
  clearTimeout(verdict?.timer);
  unsent = null;
  undoButton.hidden = true;
  return verdict;
}

/** If the request fails, the picture comes back. */
async function send() {
  const verdict = take();
  if (!verdict) return;
  try {
    await post("decide/", verdict.body, { keepalive: true }); // also while the page closes
  } catch (problem) {
    setText(said, problem.message);
    if (problem instanceof TypeError || problem.passes) comeBack(verdict.item);
  }
}

function undo() {
  const verdict = take();
  if (!verdict) return;
  setText(said, t("Undone"));
  comeBack(verdict.item);
}

function comeBack(item) {
  decided.delete(item.id);
  items.unshift(item);
  show();
}

function pass() {
  const [item] = items;
  if (!item) return;
  passed = [...passed, item.id].slice(-PASSED);
  post("release/", named([item])).catch(() => {}); // its lease ends by itself
  showNext(t("Left to others."));
}

function showNext(words) {
  items.shift();
  setText(said, words);
  show();
  if (items.length < FEW) more();
}

/** The dialog's values, or null if cancelled. */
function askIn(selector) {
  const dialog = document.querySelector(selector);
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const done = () => resolve(dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
    dialog.addEventListener("close", done, { once: true });
  });
}

async function hideWithWords() {
  const [item] = items;
  const answer = await askIn("#hide-words");
  if (answer && items[0] === item) decide("hide", answer.code, answer.words.trim());
}

async function block() {
  const [item] = items;
  const answer = await askIn("#block-person");
  if (!answer) return;
  const form = new FormData();
  Object.entries(answer).forEach((field) => form.append(...field));
  try {
    await post(item.person.block, form);
    setText(said, t("{name} is blocked.", { name: item.person.name }));
  } catch (problem) {
    setText(said, problem.message);
  }
}

const KEYS = { a: () => decide("approve"), n: pass, b: () => config.can_block && items[0]?.person.block && block() };

undoButton.addEventListener("click", undo);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea, dialog")) return;
  const key = event.key.toLowerCase();
  if (key === "u") return undo();
  if (!items.length) return;
  const [item] = items;
  const reason = config.reasons[Number(key) - 1];
  if (key === "h") item.appeal ? decide("hide") : hideWithWords();
  else if (reason && !item.appeal) decide("hide", reason.code);
  else if (KEYS[key]) KEYS[key]();
  else return;
  event.preventDefault(); // else the letter would be typed into the dialog
});

filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("change", () => {
  leaving.push(...items);
  chosen = read();
  items = [];
  passed = [];
  setText(said, "");
  more();
});

addEventListener("pagehide", () => {
  send();
  const form = named(items);
  form.append("csrfmiddlewaretoken", token);
  if (items.length) navigator.sendBeacon("release/", form);
});
setInterval(() => (items.length ? null : more()), AGAIN_MS);
setInterval(() => items.length && more(), RENEW_MS);
more();
