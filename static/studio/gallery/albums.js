// A person's albums.

import { askLine, confirmed, dialog } from "../ui/dialogs.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { announce, notice } from "../ui/notice.js";
import { t } from "../ui/translate.js";
import * as rest from "../client/rest.js";
import { offerUndo } from "./undo.js";

const LONGEST = 100; // characters of a title

/** Resolves with an existing or a new album, {id, title}; null if cancelled. Raises `Problem`. */
export async function chooseAlbum(title) {
  const { items } = await rest.gallery.albums();
  const list = h("select", { name: "album" }, ...items.map((album) => h("option", { value: album.id }, album.title)), h("option", { value: "" }, t("A new album")));
  const name = h("input", { name: "line", maxlength: LONGEST, autocomplete: "off" });
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

/** Buttons to rename or delete the album selected in `select`; `gone` is called once it is deleted. */
export function albumTools(select, gone) {
  const tools = h("span.chips");

  async function setTitle(option, title) {
    const album = await rest.gallery.renameAlbum(option.value, title);
    option.textContent = album.title;
    tools.show();
  }

  async function rename(option) {
    const before = option.textContent;
    const title = await askLine({ title: t("Rename this album"), label: t("Title"), value: before, confirm: t("Rename"), longest: LONGEST });
    if (!title || title === before) return;
    await setTitle(option, title);
    offerUndo(t("Renamed"), () => setTitle(option, before));
  }

  async function remove(option) {
    const title = t("Delete “{title}”?", { title: option.textContent });
    if (!(await confirmed({ title, text: t("Its pictures stay in your gallery."), confirm: t("Delete the album") }))) return;
    await rest.gallery.deleteAlbum(option.value);
    option.remove();
    select.hidden = select.options.length < 2;
    announce(t("The album is deleted."));
    gone();
  }

  function tool(label, picture, act, option) {
    const onclick = () => act(option).catch((problem) => notice(problem.message));
    return h("button.quiet", { type: "button", title: label, "aria-label": label, onclick }, icon(picture));
  }

  tools.show = () => {
    const [option] = select.value ? select.selectedOptions : [];
    const title = option?.textContent;
    tools.replaceChildren(...(option ? [
      tool(t("Rename {title}", { title }), "edit", rename, option), tool(t("Delete {title}", { title }), "trash", remove, option),
    ] : []));
  };
  return tools;
}
