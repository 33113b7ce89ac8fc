// The dialog with everything that is known about a picture.

import { h, picture, pictureUrl } from "../ui/dom.js";
import { exactly } from "../ui/money.js";
import { modal } from "../ui/overlay.js";
import { locale, t } from "../ui/translate.js";
import { HalfWritten } from "../client/half-written.js";
import { person } from "../client/person.js";
import * as rest from "../client/rest.js";
import { hiddenSentence, KINDS, nameOf } from "./labels.js";
import { makerOf } from "./makers.js";

const NEW = "new"; // the chat that has no id yet
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });

/** `image`: a picture's public form. Resolves once the dialog is closed. Raises `Problem`. */
export async function showDetails({ id }) {
  const image = await rest.gallery.get(id);
  const [message, albums] = await Promise.all([messageOf(image), titlesOf(image)]);
  const rows = known(image, albums).map(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)]);
  const url = pictureUrl(image.thumbnail_url);
  const element = h("dialog.details", { "aria-labelledby": "details-title" },
    h("h2", { id: "details-title", dir: "auto" }, nameOf(image)),
    url && picture("img", { src: url, alt: "" }),
    h("dl", {}, ...rows.flat()),
    h("div.buttons", {},
      image.session_id && h("a.button", { href: `/gallery/?${new URLSearchParams({ session_id: image.session_id })}` }, t("All of this conversation")),
      message && h("a.button", { href: `/chat/${message.session_id}/` }, t("Open in its chat")),
      image.prompt && h("button", { type: "button", onclick: () => usePrompt(image.prompt) }, t("Use this prompt")),
      h("button.primary", { type: "button", onclick: () => element.close() }, t("Close"))),
  );
  await modal(element);
}

/** Null for an imported picture, or if the conversation is deleted. */
async function messageOf({ session_id: sessionId, message_id: id }) {
  return sessionId && id ? rest.messages.get(sessionId, id).catch(() => null) : null;
}

async function titlesOf({ album_ids: ids }) {
  if (!ids.length) return [];
  const { items } = await rest.gallery.albums();
  return items.filter(({ id }) => ids.includes(id)).map(({ title }) => title);
}

/** [[name, value]], without empty ones. */
function known(image, albums) {
  const { width, height, seed, cost } = image;
  const rows = [
    [t("Hidden"), image.hidden_reason && hiddenSentence(image)],
    [t("Seen by"), image.awaits_approval && t("you alone, until a moderator has approved it")],
    [t("Request"), image.request],
    [t("Prompt"), image.prompt],
    [t("Kind"), KINDS[image.intent]],
    [t("Made by"), makerOf(image.provider)],
    [t("Made on"), moment.format(new Date(image.created_at))],
    [t("Size"), t("{width} × {height} pixels", { width, height })],
    [t("File"), [image.mime.split("/")[1].toUpperCase(), image.bytes && weight(image.bytes)].filter(Boolean).join(", ")],
    [t("Seed"), seed === null ? "" : String(seed)],
    [t("Cost"), cost && (cost.amount ? exactly(cost.amount, cost.currency) : t("Nothing"))],
    [t("In the albums"), new Intl.ListFormat(locale).format(albums)],
  ];
  return rows.filter(([, value]) => value);
}

function weight(bytes) {
  const [unit, per] = bytes < 1_000_000 ? ["kilobyte", 1000] : ["megabyte", 1_000_000];
  return (bytes / per).toLocaleString(locale, { style: "unit", unit, maximumFractionDigits: per > 1000 ? 1 : 0 });
}

/** Puts it into the message box of a new chat, after any text that is there. */
function usePrompt(prompt) {
  const kept = new HalfWritten(person.id);
  const { text = "", photos = [], missing = 0 } = kept.read(NEW) ?? {};
  kept.write(NEW, { text: text ? `${text}\n${prompt}` : prompt, photos, missing });
  location.href = "/";
}
