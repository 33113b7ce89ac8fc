// Every sentence that depends on a state, in one place.

import { t } from "../ui/translate.js";
import { hasSource } from "./actions.js";

const STAGES = { queued: "queued", refining: "refining", generating: "painting", uploading: "saving" };

/** What a picture of the gallery is called. */
export const nameOf = (image) => image.title || image.prompt || "Photo";

/** What becomes of a message, as the page shows it. */
export function stateOf(message) {
  if (message.status === "PROCESSING") return "running";
  if (message.status === "DONE") return message.image ? message.image.state : "reply";
  return message.status.toLowerCase(); // failed, cancelled; of the outbox: kept, refused
}

/** "queued, 3rd, about 20 s", "painting 40%", "painting, about 40%". `position` counts from 1; a retry waits for its turn at the stage it goes on with. */
export function stageWord(message, progress) {
  const looks = message.stage === "generating" && message.intent === "reply";
  const edits = message.stage === "generating" && hasSource(message.intent);
  const word = looks ? t("looking") : edits ? "editing" : STAGES[message.stage];
  if (progress?.position) return queueWord(progress);
  if (!(progress?.fraction > 0)) return word;
  return `${word}${progress.estimated ? ", about" : ""} ${Math.floor(progress.fraction * 100)}%`;
}

/** Added to that where something is missing; see `missing` of the store. */
export const MISSING = { connection: "no connection", answer: "no answer for 10 s", event: "no news for 10 s" };

function queueWord({ position, eta_s: seconds }) {
  const time = seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
  return [STAGES.queued, position > 1 && ordinal(position), seconds >= 0 && `about ${time}`].filter(Boolean).join(", ");
}

function ordinal(n) {
  const ending = { one: "st", two: "nd", few: "rd", other: "th" };
  return `${n}${ending[new Intl.PluralRules("en", { type: "ordinal" }).select(n)]}`;
}

/** The word under the box of a message that waits in the outbox. */
export function keptWord(trouble) {
  if (trouble === "rate_limited") return "waiting a moment, then sent";
  if (["stale_page", "unauthorized", "forbidden"].includes(trouble)) return "kept, please reload the page";
  return trouble ? "kept, sent when connected" : "sending";
}

/** The sentence in place of a picture, or "". */
export function sentenceOf(message, state) {
  switch (state) {
    case "reply":
      return message.reply ?? "No picture came of this.";
    case "failed":
      return message.error?.message ?? "This did not work.";
    case "cancelled":
      return "Stopped.";
    case "refused":
      return `Not sent. ${message.error.message}`;
    case "hidden":
      return hiddenSentence(message.image);
    case "deleted":
      return "This picture was deleted.";
    default:
      return "";
  }
}

/** What its owner reads of a picture that a moderator hid. */
export function hiddenSentence(image) {
  const appeal = APPEALS[image.appeal];
  return [t("A moderator hid this picture."), image.hidden_reason?.sentence, appeal].filter(Boolean).join(" ");
}

const APPEALS = {
  open: t("Another moderator will decide about your appeal."),
  rejected: t("Another moderator has rejected your appeal."),
};

/** For people who listen instead of looking: only what is worth interrupting for. */
export function announcement(before, after) {
  if (after.status === "PROCESSING") {
    return before?.status === "PROCESSING" && before.stage === after.stage ? "" : stageWord(after, null);
  }
  if (!before || (before.status === after.status && before.image?.state === after.image?.state)) return "";
  const state = stateOf(after);
  return state === "shown" ? `The picture is ready: ${after.content}` : sentenceOf(after, state);
}

export const LINKS = {
  idle: "",
  closed: "",
  connecting: "Connecting…",
  ready: "Connected",
  waiting: "No connection, trying again",
  kept: "No connection, your message is kept",
  silent: "No answer from the studio for over 10 s",
  "silent-kept": "No answer from the studio, your message is kept",
  "silent-work": "No news of your picture for over 10 s",
  unauthenticated: "Please reload the page",
  blocked: "You are blocked",
  gone: "",
};
