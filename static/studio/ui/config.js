// What the server tells its page: {user, limits, styles, varying}; in the gallery {user, limits, styles}. `user`: null for a
// visitor.

export const config = JSON.parse(document.querySelector("#studio").textContent);
