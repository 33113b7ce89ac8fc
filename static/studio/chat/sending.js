// A request in the form in which the outbox keeps it. One message makes one picture: four variations are four entries.

import { newId } from "../ui/dom.js";

function entry(place, command, client_id = newId()) {
  return { client_id, ...place, command, created_at: new Date().toISOString() };
}

/** A new request, `count` times. `place`: {session_id, draft}; `source` and `mask`: pictures' public forms, if any. */
export function requests(place, { content, options, source, mask, count = 1 }) {
  const original = newId();
  const command = {
    content,
    options,
    ...(source && { source_image_id: source.id }),
    ...(mask && { mask_image_id: mask.id }),
  };
  return Array.from({ length: count }, (_, i) =>
    i ? entry(place, { ...command, variation_of: original }) : entry(place, command, original));
}

/** The same again, as other pictures. The server takes what it read out of the request from the first one, sizes too. */
export function variations(place, message, count) {
  const { content, source_image_id, mask_image_id, options } = message;
  const { intent, style } = options;
  const command = {
    content,
    options: { ...(intent && { intent }), ...(style && { style }) },
    ...(source_image_id && { source_image_id }),
    ...(mask_image_id && { mask_image_id }),
    variation_of: message.variation_of ?? message.id,
  };
  return Array.from({ length: count }, () => entry(place, command));
}
