// What is done to chosen pictures, one or many, and how it is undone.

import { confirmed } from "../ui/dialogs.js";
import { announce, notice } from "../ui/notice.js";
import { plural, t } from "../ui/translate.js";
import * as rest from "../client/rest.js";
import { chooseAlbum } from "./albums.js";
import { offerUndo } from "./undo.js";

const AT_ONCE = 200; // the studio's own limit
const BACK = { trash: "restore", restore: "trash", favorite: "unfavorite", unfavorite: "favorite", add_to_album: "remove_from_album", remove_from_album: "add_to_album" };

let underWay = Promise.resolve();

/** Resolves once nothing is being done to pictures any more: what is read from then on has it. */
export const allDone = () => underWay;

function bulk(action, ids, albumId) {
  const changed = send(action, ids, albumId);
  underWay = Promise.allSettled([underWay, changed]);
  return changed;
}

/** Resolves with the ids of those that are otherwise now. What could not be done is said. */
async function send(action, ids, albumId) {
  const changed = [];
  const wrong = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const body = { action, ids: ids.slice(at, at + AT_ONCE), ...(albumId && { album_id: albumId }) };
    const { results } = await rest.gallery.bulk(body);
    changed.push(...results.filter((result) => result.changed).map(({ id }) => id));
    wrong.push(...results.filter(({ ok }) => !ok).map(({ error }) => error.message));
  }
  if (wrong.length) notice(wrong[0]);
  return changed;
}

/**
 * `page`: {gone(ids), refresh(), favorite(ids, is)} of what the page shows. Each takes pictures and does it, and offers the way
 * back.
 */
export function acts(page) {
  async function act(action, images, words, { after, album } = {}) {
    const changed = await bulk(action, images.map(({ id }) => id), album);
    await after?.(changed);
    if (!changed.length) return announce(words(0));
    return offerUndo(words(changed.length), async () => {
      await bulk(BACK[action], changed, album);
      await page.refresh(changed[0]);
    });
  }

  const marked = (is) => (images) =>
    act(is ? "favorite" : "unfavorite", images, favourites(is), { after: () => page.favorite(images.map(({ id }) => id), is) });

  return {
    trash: (images) => act("trash", images, trashed, { after: () => page.gone(images) }),
    restore: (images) => act("restore", images, restored, { after: () => page.gone(images) }),
    favorite: marked(true),
    unfavorite: marked(false),

    async purge(images) {
      const text = plural(images.length, "The picture is erased. This cannot be undone.", "{count} pictures are erased. This cannot be undone.");
      if (!(await confirmed({ title: t("Delete for good?"), text, confirm: t("Delete for good") }))) return;
      await bulk("delete", images.map(({ id }) => id));
      page.gone(images);
      announce(t("Deleted for good"));
    },

    async add(images) {
      const album = await chooseAlbum(t("Add to an album"));
      if (album) await act("add_to_album", images, added(album.title), { album: album.id });
    },

    remove: (images, album) => act("remove_from_album", images, removed, { album, after: () => page.gone(images) }),

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
