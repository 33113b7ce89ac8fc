// The gallery hands pictures over to the chat by the address, to be attached. Never a request: a link could then make a person
// send something.

import * as rest from "../client/rest.js";
import { config } from "../ui/config.js";

/** "/?source=<image id>", maybe several: resolves with the pictures that the next message is about, once. */
export async function takeSources() {
  const ids = new URLSearchParams(location.search).getAll("source").slice(0, config.can.pictures);
  if (!ids.length) return [];
  history.replaceState(history.state, "", location.pathname);
  return Promise.all(ids.map((id) => rest.gallery.get(id)));
}
