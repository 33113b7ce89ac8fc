// Requests as entries of the outbox. One message makes one picture: four variations are four entries.

import { newId } from "../ui/dom.js";

function entry(place, command, client_id = newId()) {
  return { client_id, ...place, command, created_at: new Date().toISOString() };
}

/** The fields of a command that name its pictures; a single one in the older field. */
const named = (ids) => (ids.length > 1 ? { source_image_ids: ids } : ids.length ? { source_image_id: ids[0] } : {});

/** Ids of the pictures that a message, or a command, is about. An entry of an older page has no list. */
export const sourcesOf = ({ source_image_id: first, source_image_ids: all }) => (all?.length ? all : first ? [first] : []);

/**
 * A new request, `count` times. `place`: {session_id, draft}; `source`, or several `sources`, and `mask`: pictures' public forms,
 * if any.
 */
export function requests(place, { content, options, source, sources = source ? [source] : [], mask, count = 1 }) {
  const original = newId();
  const command = {
    content,
    options,
    ...named(sources.map(({ id }) => id)),
    ...(mask && { mask_image_id: mask.id }),
  };
  return Array.from({ length: count }, (_, i) =>
    i ? entry(place, { ...command, variation_of: original }) : entry(place, command, original));
}

/** More variations of a message. The server reuses the first one's refinement, sizes included. */
export function variations(place, message, count) {
  const { content, mask_image_id, options } = message;
  const { intent, style } = options;
  const command = {
    content,
    options: { ...(intent && { intent }), ...(style && { style }) },
    ...named(sourcesOf(message)),
    ...(mask_image_id && { mask_image_id }),
    variation_of: message.variation_of ?? message.id,
  };
  return Array.from({ length: count }, () => entry(place, command));
}
