// A request that the gallery hands over to the chat. It goes by this tab's storage and by no address: whoever could make
// somebody follow a link would make them send something.

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
