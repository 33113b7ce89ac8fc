// What the gallery hands over to the chat: a picture to attach. A request would not go by the address: whoever could make
// somebody follow a link would make them send something.

import * as rest from "../client/rest.js";
import { config } from "../ui/config.js";

/** "/?source=<image id>", maybe several: resolves with the pictures that the next message is about, once. */
export async function takeSources() {
  const ids = new URLSearchParams(location.search).getAll("source").slice(0, config.can.pictures);
  if (!ids.length) return [];
  history.replaceState(history.state, "", location.pathname);
  return Promise.all(ids.map((id) => rest.gallery.get(id)));
}
