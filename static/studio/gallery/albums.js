// A person's albums.

import { dialog } from "../ui/dialogs.js";
import { h } from "../ui/dom.js";
import { t } from "../ui/translate.js";
import * as rest from "../client/rest.js";

/** One of them, or a new one, {id, title}; null when it was left. Raises `Problem`. */
export async function chooseAlbum(title) {
  const { items } = await rest.gallery.albums();
  const list = h("select", { name: "album" }, ...items.map((album) => h("option", { value: album.id }, album.title)), h("option", { value: "" }, t("A new album")));
  const name = h("input", { name: "line", maxlength: 100, autocomplete: "off" });
  const field = h("label", {}, h("span", {}, t("Title of the new album")), name);
  const show = () => {
    field.hidden = list.value !== "";
    name.required = list.value === "";
  };
  list.addEventListener("input", show);
  show();
  const answer = await dialog({ title, fields: [h("label", {}, h("span", {}, t("Album")), list), field], confirm: t("Add") });
  if (!answer) return null;
  return items.find(({ id }) => id === answer.album) ?? rest.gallery.createAlbum(answer.line.trim());
}
