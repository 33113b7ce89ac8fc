// A slideshow over the whole window: by itself, or by keys.

import { h, pictureUrl, setAttribute, setText } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { modal } from "../ui/overlay.js";
import { t } from "../ui/translate.js";
import { nameOf } from "../picture/labels.js";

const EACH_MS = 5000;
const TURNS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 };

/** `next(image, by)` resolves with the picture after or before it, or null. Resolves with the last one shown. */
export async function slideshow(first, next) {
  let image = first;
  let timer = 0;
  let turning = false;
  const img = h("img", { alt: "" });
  const said = h("p.unseen", { role: "status" });
  const play = h("button.quiet.play", { type: "button", onclick: () => (timer ? pause() : go()) });
  const button = (name, label, act) => h("button.quiet", { type: "button", title: label, "aria-label": label, onclick: act }, icon(name));
  const dialog = h("dialog.slideshow", { "aria-label": t("Slideshow"), "aria-describedby": "slideshow-help" },
    img, said,
    h("p.unseen", { id: "slideshow-help" }, t("Space plays and pauses, arrows go on and back, Escape closes.")),
    h("div.controls", {},
      button("previous", t("Previous picture"), () => turn(-1)), play,
      button("next", t("Next picture"), () => turn(1)), button("close", t("Close"), () => dialog.close())));

  function show(now, speaks) {
    image = now;
    img.src = pictureUrl(now.url);
    img.alt = nameOf(now);
    if (speaks) setText(said, nameOf(now));
    next(now, 1).then((following) => following && (new Image().src = pictureUrl(following.url))).catch(() => {});
  }

  async function turn(by, byItself = false) {
    if (turning) return;
    turning = true;
    const there = await next(image, by).catch(() => null);
    turning = false;
    if (there) show(there, !byItself);
    else pause();
    if (timer) go();
  }

  function go() {
    clearTimeout(timer);
    timer = setTimeout(() => turn(1, true), EACH_MS);
    label(t("Pause"), "pause");
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    label(t("Play"), "play");
  }

  function label(words, picture) {
    if (play.title === words) return;
    for (const name of ["title", "aria-label"]) setAttribute(play, name, words);
    play.replaceChildren(icon(picture));
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in TURNS) turn(TURNS[event.key]);
    else if (event.key === " ") timer ? pause() : go();
    else return;
    event.preventDefault();
  });
  const closed = modal(dialog);
  dialog.addEventListener("close", pause, { once: true });
  show(first, false);
  go();
  play.focus();
  await closed;
  return image;
}
