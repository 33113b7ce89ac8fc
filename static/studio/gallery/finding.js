// The gallery's search form: words, favourites, hidden ones, an album, a kind. The filters are in the address, so that reloads and
// links keep them; filters without a field of their own are chips that can be removed.

import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { locale, t } from "../ui/translate.js";
import * as rest from "../client/rest.js";
import { KINDS } from "../picture/labels.js";
import { makerOf } from "../picture/makers.js";
import { albumTools } from "./albums.js";

const TYPING_MS = 250;
const FIELDS = ["q", "favorite", "hidden", "album", "intent"]; // as the API calls them
const CHIPS = ["provider", "session_id", "from", "to"];

/** The filters in the address. */
export function asked() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries([...FIELDS, ...CHIPS].filter((field) => query.get(field)).map((field) => [field, query.get(field)]));
}

/**
 * `form`: its fields show the filters; `changed` is called after they have changed, `leave` before a new entry is added to the
 * history. `offerHidden()` shows the filter for hidden pictures, if there are any by now.
 */
export function finding(form, { changed, leave }) {
  const { q, favorite, hidden, album, intent } = form.elements;
  const chips = h("span.chips");
  const tools = albumTools(album, () => {
    ask();
    q.focus();
  });
  album.after(tools);
  form.append(chips);
  intent.append(...Object.entries(KINDS).map(([value, words]) => h("option", { value }, words)));
  let timer = 0;
  let seen = ""; // the query that is shown
  let typed = false; // the search words are being typed: all of that is one history entry
  let albumsKnown = false; // until then the select has no albums to choose from

  const show = () => {
    const now = asked();
    seen = String(new URLSearchParams(now));
    if (q.value.trim() !== (now.q ?? "")) q.value = now.q ?? ""; // a space at the end is the beginning of a word
    favorite.checked = now.favorite === "true";
    hidden.checked = now.hidden === "true";
    if (hidden.checked) hidden.parentElement.hidden = false;
    intent.value = now.intent ?? "";
    showAlbum();
    chips.replaceChildren(...CHIPS.filter((name) => now[name]).map((name) => chip(name, now[name], () => ask({ [name]: "" }))));
  };

  const showAlbum = () => {
    album.value = asked().album ?? "";
    tools.show();
  };

  const ask = (instead = {}) => {
    clearTimeout(timer);
    const kept = Object.fromEntries(CHIPS.map((name) => [name, asked()[name] ?? ""]));
    const [isFavorite, isHidden] = [favorite, hidden].map((box) => (box.checked ? "true" : ""));
    const inAlbum = albumsKnown ? album.value : (asked().album ?? "");
    const own = { q: q.value.trim(), favorite: isFavorite, hidden: isHidden, album: inAlbum, intent: intent.value };
    const wanted = { ...own, ...kept, ...instead };
    const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
    if (String(query) === seen) return;
    const address = `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`;
    const types = document.activeElement === q && wanted.q !== (asked().q ?? "");
    if (types && typed) history.replaceState({ ...history.state, place: null }, "", address);
    else {
      leave();
      history.pushState(null, "", address);
    }
    typed = types;
    show();
    changed();
  };

  form.addEventListener("input", ({ target }) => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(), target === q ? TYPING_MS : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  window.addEventListener("popstate", () => {
    const before = seen;
    typed = false;
    show();
    if (seen !== before) changed();
  });
  show();
  fillAlbums(album).then((known) => {
    albumsKnown = known;
    showAlbum();
  });
  offerHidden(hidden.parentElement);
  return { offerHidden: () => offerHidden(hidden.parentElement) };
}

/** A filter as a button that removes it. */
function chip(name, value, act) {
  const day = (text) => new Date(text.length === 10 ? `${text}T12:00` : text).toLocaleDateString(locale, { dateStyle: "medium" });
  const words = {
    provider: () => makerOf(value),
    session_id: () => t("This conversation"),
    from: () => t("from {day}", { day: day(value) }),
    to: () => t("until {day}", { day: day(value) }),
  }[name]();
  return h("button.chip", { type: "button", title: t("Remove the filter: {name}", { name: words }), onclick: act }, words, icon("close"));
}

/** Hidden if there are no albums. Resolves with whether they could be loaded. */
async function fillAlbums(select) {
  const found = await rest.gallery.albums().catch(() => null);
  if (!found) return false;
  select.append(...found.items.map(({ id, title }) => h("option", { value: id }, title)));
  select.hidden = found.items.length === 0;
  return true;
}

/** Shows the filter if a moderator has hidden something. */
async function offerHidden(chip) {
  const { items } = await rest.gallery.page(false, { hidden: true }, 1).catch(() => ({ items: [] }));
  if (items.length) chip.hidden = false;
}
