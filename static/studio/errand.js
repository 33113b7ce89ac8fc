// What the gallery hands over to the chat: a picture to attach, or a request. That goes by this tab's storage and by no
// address: whoever could make somebody follow a link would make them send something.

import * as rest from "./rest.js";

const KEY = "studio.errand";

/** `request`: as `requests` of sending.js takes it. */
export function leaveErrand(request) {
  sessionStorage.setItem(KEY, JSON.stringify(request));
}

/** The request, once; else null. */
export function takeErrand() {
  try {
    const request = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    sessionStorage.removeItem(KEY);
    return request;
  } catch {
    return null; // storage is forbidden
  }
}

/** "/?source=<image id>": resolves with the picture that the next message is to edit, once; else with null. */
export async function takeSource() {
  const id = new URLSearchParams(location.search).get("source");
  if (!id) return null;
  history.replaceState(null, "", location.pathname);
  return rest.gallery.get(id);
}
