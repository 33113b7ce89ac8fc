// What the gallery hands over to the chat: a picture to attach. A request would not go by the address: whoever could make
// somebody follow a link would make them send something.

import * as rest from "../client/rest.js";

/** "/?source=<image id>": resolves with the picture that the next message is to edit, once; else with null. */
export async function takeSource() {
  const id = new URLSearchParams(location.search).get("source");
  if (!id) return null;
  history.replaceState(history.state, "", location.pathname);
  return rest.gallery.get(id);
}
