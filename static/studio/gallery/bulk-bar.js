// The actions for selected pictures: a bar at the foot of the page, while there are any.

import { dialog } from "../ui/dialogs.js";
import { h, setText } from "../ui/dom.js";
import { saveBlob } from "../ui/download.js";
import { icon } from "../ui/icons.js";
import { announce } from "../ui/notice.js";
import { rove } from "../ui/roving.js";
import { plural, t } from "../ui/translate.js";
import * as rest from "../client/rest.js";

const ZIP = 200; // pictures in one

const ofTrash = () => [
  { what: "restore", label: t("Restore"), icon: "restore" },
  { what: "purge", label: t("Delete for good"), icon: "trash" },
];
const ofPictures = ({ album, hidden }) => [
  { what: "favorite", label: t("Favourite"), icon: "star" },
  { what: "add", label: t("Add to an album"), icon: "album" },
  ...(album ? [{ what: "remove", label: t("Take out of the album"), icon: "out-of" }] : []),
  ...(hidden ? [] : [{ what: "download", label: t("Download"), icon: "download" }]), // hidden pictures have no file to download
  { what: "trash", label: t("Move to the trash"), icon: "trash" },
];

/** `shown()` → {trash, asked}; `doing`: see acts.js; `tried(act)` shows errors; `all()` selects every picture. */
export function bulkBar(selection, { shown: view, doing, tried, all }) {
  const does = {
    ...doing,
    favorite: (images) => (images.every((image) => image.favorite) ? doing.unfavorite(images) : doing.favorite(images)),
    remove: (images) => doing.remove(images, view().asked.album),
    download: async (images) => {
      const how = images.some(({ prompt }) => prompt) ? await askPrompts(images.length) : {};
      if (!how) return;
      announce(t("The download is being made"));
      saveBlob(await rest.archive(images.map(({ id }) => id), Boolean(how.prompts)));
    },
    none: () => selection.clear(),
  };
  const buttons = () => (view().trash ? ofTrash() : ofPictures(view().asked));
  const act = (what) => tried(() => does[what](selection.images));
  const count = h("span.count");
  const tools = h("span.tools");
  const bar = h("div.chosen", { role: "toolbar", "aria-label": t("Chosen pictures"), hidden: true }, count, tools);
  let shown = "";

  const button = ({ what, label, icon: picture }) =>
    h("button.quiet", { type: "button", title: label, "data-what": what, onclick: () => act(what) }, icon(picture), h("span.label", {}, label));

  selection.addEventListener("changed", () => {
    bar.hidden = selection.size === 0;
    setText(count, plural(selection.size, "{count} chosen", "{count} chosen"));
    if (bar.hidden) return void (shown = "");
    const found = [...buttons(), { what: "none", label: t("Choose none"), icon: "close" }];
    const key = JSON.stringify(found);
    if (key !== shown) {
      shown = key;
      tools.replaceChildren(...found.map(button));
      rove(tools);
    }
    const zip = tools.querySelector('[data-what="download"]');
    if (zip) {
      zip.disabled = selection.size > ZIP;
      zip.title = zip.disabled ? t("At most {count} pictures in one download", { count: ZIP }) : t("Download");
    }
  });
  bar.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault(); // else the browser would select the page's text
    tried(all);
  });
  document.querySelector("main").append(bar);
}

/** {prompts: "on"} or {}; null if cancelled. */
function askPrompts(count) {
  const box = h("input", { type: "checkbox", name: "prompts" });
  const prompts = h("label.check", {}, box, h("span", {}, t("Write the prompts and the seeds into the files")));
  return dialog({ title: plural(count, "Download {count} picture", "Download {count} pictures"), fields: [prompts], confirm: t("Download") });
}
