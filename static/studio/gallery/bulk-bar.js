// What can be done with the chosen pictures: a bar at the foot of the page, as long as there are any.

import { h, setText } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { rove } from "../ui/roving.js";
import { plural, t } from "../ui/translate.js";

const ZIP = 200; // pictures in one

/** `buttons()` → [{what, label, icon}] that apply now; `act(what)`. */
export function bulkBar(selection, { buttons, act }) {
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
  document.querySelector("main").append(bar);
}
