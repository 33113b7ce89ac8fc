// The sentences and words for states.

import { t } from "../ui/translate.js";
import { hasSource } from "./actions.js";

const STAGES = { queued: t("queued"), refining: t("refining"), generating: t("painting"), uploading: t("saving") };

/** A picture's name in the gallery. */
export const nameOf = (image) => image.title || image.prompt || t("Photo");

/** By intent. */
export const KINDS = {
  generate: t("Painted"),
  edit: t("Edited"),
  enhance: t("Enhanced"),
  remove_background: t("Without background"),
  remove_object: t("Without an object"),
  style_transfer: t("In another style"),
};

/** A message's state as the page shows it. */
export function stateOf(message) {
  if (message.status === "PROCESSING") return "running";
  if (message.status === "DONE") return message.image ? message.image.state : "reply";
  return message.status.toLowerCase(); // failed, cancelled; of the outbox: kept, refused
}

/** "queued, 3rd, about 20 s", "painting 40%", "painting, about 40%", "waiting, about 20 s". `position` counts from 1; a retry waits for its turn at the stage it goes on with. */
export function stageWord(message, progress) {
  const looks = message.stage === "generating" && message.intent === "reply";
  const edits = message.stage === "generating" && hasSource(message.intent);
  const word = looks ? t("looking") : edits ? t("editing") : STAGES[message.stage];
  if (progress?.position) return queueWord(progress);
  if (message.delay) return t("waiting, about {time}", { time: timeOf(message.delay.seconds) });
  if (!(progress?.fraction > 0)) return word;
  const percent = `${Math.floor(progress.fraction * 100)}%`;
  return progress.estimated ? t("{word}, about {percent}", { word, percent }) : `${word} ${percent}`;
}

/** Appended if something is missing; see `missing` of the store. */
export const MISSING = { connection: t("no connection"), answer: t("no answer for 10 s"), event: t("no news for 10 s") };

function queueWord({ position, eta_s: seconds }) {
  const time = seconds >= 0 && t("about {time}", { time: timeOf(seconds) });
  return [STAGES.queued, position > 1 && ordinal(position), time].filter(Boolean).join(", ");
}

function timeOf(seconds) {
  const count = Math.round(seconds < 60 ? Math.max(1, seconds) : seconds / 60);
  return seconds < 60 ? t("{count} s", { count }) : t("{count} min", { count });
}

function ordinal(n) {
  const places = { one: t("{n}st", { n }), two: t("{n}nd", { n }), few: t("{n}rd", { n }), other: t("{n}th", { n }) };
  return places[new Intl.PluralRules("en", { type: "ordinal" }).select(n)];
}

/** The word under the box of a message that waits in the outbox. */
export function keptWord(trouble) {
  if (trouble === "rate_limited") return t("waiting a moment, then sent");
  if (["stale_page", "unauthorized", "forbidden"].includes(trouble)) return t("kept, please reload the page");
  return trouble ? t("kept, sent when connected") : t("sending");
}

/** The sentence in place of a picture, or "". */
export function sentenceOf(message, state) {
  switch (state) {
    case "running":
      return message.delay?.message ?? "";
    case "reply":
      return message.reply ?? t("No picture came of this.");
    case "failed":
      return message.error?.message ?? t("This did not work.");
    case "cancelled":
      return t("Stopped.");
    case "refused":
      return t("Not sent. {message}", { message: message.error.message });
    case "hidden":
      return hiddenSentence(message.image);
    case "deleted":
      return t("This picture was deleted.");
    default:
      return "";
  }
}

/** For the owner of a hidden picture. */
export function hiddenSentence(image) {
  const appeal = APPEALS[image.appeal];
  return [t("A moderator hid this picture."), image.hidden_reason?.sentence, appeal].filter(Boolean).join(" ");
}

const APPEALS = {
  open: t("Another moderator will decide about your appeal."),
  rejected: t("Another moderator has rejected your appeal."),
};

/** For screen readers: only changes that are worth an interruption, else "". */
export function announcement(before, after) {
  if (after.status === "PROCESSING") {
    if (after.delay && after.delay.message !== before?.delay?.message) return after.delay.message;
    return before?.status === "PROCESSING" && before.stage === after.stage ? "" : stageWord(after, null);
  }
  if (!before || (before.status === after.status && before.image?.state === after.image?.state)) return "";
  const state = stateOf(after);
  return state === "shown" ? t("The picture is ready: {content}", { content: after.content }) : sentenceOf(after, state);
}

export const LINKS = {
  idle: "",
  closed: "",
  connecting: t("Connecting…"),
  ready: t("Connected"),
  waiting: t("No connection, trying again"),
  kept: t("No connection, your message is kept"),
  silent: t("No answer from the studio for over 10 s"),
  "silent-kept": t("No answer from the studio, your message is kept"),
  "silent-work": t("No news of your picture for over 10 s"),
  unauthenticated: t("Please reload the page"),
  blocked: t("You are blocked"),
  gone: "",
};
