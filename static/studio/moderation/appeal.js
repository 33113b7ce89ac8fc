// The owner of a hidden picture may appeal once. The picture's form has the outcome.

import { askText } from "../ui/dialogs.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { announce, notice } from "../ui/notice.js";
import { t } from "../ui/translate.js";
import { gallery } from "../client/rest.js";

export const mayAppeal = (image) => image?.state === "hidden" && !image.appeal;

/** `done` gets the picture's new form. */
export function appealButton(image, done = () => {}) {
  const onclick = () => appeal(image).then((changed) => changed && done(changed), refused);
  const refused = async (problem) => {
    notice(problem.message);
    if (problem.code === "conflict") done(await gallery.get(image.id)); // the picture has changed since
  };
  return h("button.quiet", { type: "button", title: t("Appeal"), onclick }, icon("chat"), h("span.label", {}, t("Appeal")));
}

async function appeal(image) {
  const text = await askText({
    title: t("Appeal against the hiding"),
    label: t("Why should this picture be shown? Another moderator reads it and decides. You can do this once."),
    confirm: t("Send the appeal"),
  });
  if (!text) return null;
  const changed = await gallery.appeal(image.id, text);
  announce(t("Your appeal was sent."));
  return changed;
}
