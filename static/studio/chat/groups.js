// A request and its variations are one card. Pure functions, from messages and outbox entries to cards.

import { sizeAfter } from "../edit/adjustment.js";
import { sourcesOf } from "./sending.js";

const DEFAULT_SIZE = { width: 1024, height: 768 };
const SIDES = { least: 128, most: 2048 }; // pixels

/** An outbox entry in the shape of a message that no server has seen. */
function unsent({ client_id, session_id, command, created_at, error }) {
  const { content, variation_of = null, options = {} } = command;
  const source_image_ids = sourcesOf(command);
  const status = error ? "REFUSED" : "KEPT";
  return {
    id: null, client_id, session_id, content, source_image_id: source_image_ids[0] ?? null, source_image_ids, variation_of, options, created_at, status,
    stage: null, refined_prompt: null, reply: null, image: null, provider: null, error: error ?? null,
  };
}

/**
 * `messages` oldest first, `entries` of the outbox → [{key, members, size}]. The key is the original's client_id: a
 * card stays the same element from the moment it is sent. `sizeOf(imageId)` → {width, height} | null.
 */
export function groupMessages(messages, entries, sizeOf) {
  const acknowledged = new Set(messages.map((message) => message.client_id));
  const waiting = entries.filter((entry) => !acknowledged.has(entry.client_id)).map(unsent);
  const clientIdOf = new Map(messages.map((message) => [message.id, message.client_id]));
  const groups = new Map();
  for (const message of [...messages, ...waiting]) {
    const original = message.variation_of;
    const key = original ? (clientIdOf.get(original) ?? original) : message.client_id;
    if (!groups.has(key)) groups.set(key, { key, members: [] });
    groups.get(key).members.push(message);
  }
  return withSizes([...groups.values()], sizeOf);
}

/** The size of each card before its picture exists: as asked for, else that of its source, as in its text, or of the card before. */
function withSizes(groups, sizeOf) {
  let last = DEFAULT_SIZE;
  for (const group of groups) {
    const known = group.members.map(finalSize).find(Boolean);
    const [first] = group.members;
    group.size = known ?? sizeOfChange(first, sizeOf(first.source_image_id)) ?? sizeInWords(first.content) ?? last;
    if (group.members.some((message) => message.image?.state === "shown")) last = group.size;
  }
  return groups;
}

/** The source's size; after a change by hand, what that leaves of it. */
function sizeOfChange({ options }, source) {
  return source && options?.adjust ? sizeAfter(options.adjust, source) : source;
}

/** "640x480", "640 × 480 px", within the studio's limits. */
function sizeInWords(content) {
  const [, ...sides] = content.match(/(?<!\w)(\d{2,5}) ?(?:px)? ?[x×*] ?(\d{2,5})(?: ?px)?(?!\w)/i) ?? [];
  if (!sides.length) return null;
  const shrink = Math.min(1, SIDES.most / Math.max(...sides));
  const [width, height] = sides.map((side) => Math.max(SIDES.least, Math.round(side * shrink)));
  return { width, height };
}

function finalSize({ image, options }) {
  if (image?.width && image?.height) return { width: image.width, height: image.height };
  return options?.width && options?.height ? { width: options.width, height: options.height } : null;
}
