// What the gallery is asked for: words, favourites, an album. It stands in the address, so that a reload and a link find the same.

import { h } from "../ui/dom.js";
import * as rest from "../client/rest.js";

const TYPING_MS = 250;
const FIELDS = ["q", "favorite", "album"]; // as the API calls them

/** What stands in the address. */
export function asked() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(FIELDS.filter((field) => query.get(field)).map((field) => [field, query.get(field)]));
}

/** `form`: its fields show what is asked for; `changed` is called when that is something else. */
export function finding(form, changed) {
  const { q, favorite, album } = form.elements;
  let timer = 0;

  const show = () => {
    const now = asked();
    q.value = now.q ?? "";
    favorite.checked = now.favorite === "true";
    album.value = now.album ?? "";
  };

  const ask = () => {
    clearTimeout(timer);
    const wanted = { q: q.value.trim(), favorite: favorite.checked ? "true" : "", album: album.value };
    const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
    if (String(query) === String(new URLSearchParams(asked()))) return;
    history.replaceState({ ...history.state, place: null }, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
    changed();
  };

  form.addEventListener("input", ({ target }) => {
    clearTimeout(timer);
    timer = setTimeout(ask, target === q ? TYPING_MS : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  window.addEventListener("popstate", show);
  show();
  fillAlbums(album).then(show);
}

/** Where somebody has none, there is nothing to choose. */
async function fillAlbums(select) {
  const { items } = await rest.gallery.albums().catch(() => ({ items: [] }));
  select.append(...items.map(({ id, title }) => h("option", { value: id }, title)));
  select.hidden = items.length === 0;
}
