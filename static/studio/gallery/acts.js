// Actions on selected pictures, one or many, and how they are undone.

import { confirmed } from "../ui/dialogs.js";
import { announce, notice } from "../ui/notice.js";
import { plural, t } from "../ui/translate.js";
import * as rest from "../client/rest.js";
import { chooseAlbum } from "./albums.js";
import { offerUndo } from "./undo.js";

const AT_ONCE = 200; // the studio's own limit
const INVERSE = { trash: "restore", restore: "trash", favorite: "unfavorite", unfavorite: "favorite", add_to_album: "remove_from_album", remove_from_album: "add_to_album" };

let pending = Promise.resolve();

/** Resolves once all actions are answered: what is read afterwards includes them. */
export const allDone = () => pending;

function bulk(action, ids, albumId) {
  const changed = send(action, ids, albumId);
  pending = Promise.allSettled([pending, changed]);
  return changed;
}

/**
 * Resolves with `changed`, the ids of the changed pictures, and `done`, the ids of all that are in the wanted state or gone, also
 * when the studio becomes unreachable after some of them. Shows an error for those that could not be changed.
 */
async function send(action, ids, albumId) {
  const results = [];
  const wrong = [];
  try {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const body = { action, ids: ids.slice(at, at + AT_ONCE), ...(albumId && { album_id: albumId }) };
      results.push(...(await rest.gallery.bulk(body)).results);
    }
  } catch (problem) {
    if (!results.length) throw problem;
    wrong.push(problem.message);
  }
  wrong.push(...results.filter(({ ok }) => !ok).map(({ error }) => error.message));
  if (wrong.length) notice(wrong[0]);
  const gone = results.filter(({ ok, error }) => ok || error.code === "not_found");
  return { changed: results.filter(({ changed }) => changed).map(({ id }) => id), done: new Set(gone.map(({ id }) => id)) };
}

/**
 * `page`: {gone(images), refresh(), changed(image), favorite(ids, is)} update the page. Each action takes pictures, and offers to undo it.
 */
export function acts(page) {
  async function act(action, images, words, { after, album } = {}) {
    const { changed, done } = await bulk(action, images.map(({ id }) => id), album);
    await after?.(images.filter(({ id }) => done.has(id)));
    if (!changed.length) return announce(words(0));
    return offerUndo(words(changed.length), async () => {
      await bulk(INVERSE[action], changed, album);
      await page.refresh(changed[0]);
    });
  }

  const setFavorite = (is) => (images) =>
    act(is ? "favorite" : "unfavorite", images, favourites(is), { after: (done) => page.favorite(done.map(({ id }) => id), is) });

  return {
    trash: (images) => act("trash", images, trashed, { after: page.gone }),
    restore: (images) => act("restore", images, restored, { after: page.gone }),
    favorite: setFavorite(true),
    unfavorite: setFavorite(false),

    async purge(images) {
      const text = plural(images.length, "The picture is erased. This cannot be undone.", "{count} pictures are erased. This cannot be undone.");
      if (!(await confirmed({ title: t("Delete for good?"), text, confirm: t("Delete for good") }))) return;
      const { done } = await bulk("delete", images.map(({ id }) => id));
      page.gone(images.filter(({ id }) => done.has(id)));
      announce(t("Deleted for good"));
    },

    async add(images) {
      const album = await chooseAlbum(t("Add to an album"));
      if (album) await act("add_to_album", images, added(album.title), { album: album.id });
    },

    remove: (images, album) => act("remove_from_album", images, removed, { album, after: page.gone }),

    async rename(image, title) {
      const before = image.title;
      page.changed(await rest.gallery.change(image.id, { title }));
      offerUndo(t("Renamed"), async () => page.changed(await rest.gallery.change(image.id, { title: before })));
    },
  };
}

const trashed = (count) => plural(count, "{count} picture is in the trash now", "{count} pictures are in the trash now");
const restored = (count) => plural(count, "{count} picture is back", "{count} pictures are back");
const removed = (count) => plural(count, "{count} picture is out of the album", "{count} pictures are out of the album");
const added = (album) => (count) =>
  plural(count, "{count} picture is in “{album}” now", "{count} pictures are in “{album}” now", { album });
const favourites = (is) => (count) =>
  is
    ? plural(count, "{count} picture is a favourite now", "{count} pictures are favourites now")
    : plural(count, "{count} picture is no favourite any more", "{count} pictures are no favourites any more");
