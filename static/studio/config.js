// What the server tells its page: {user, limits, styles, varying}; in the gallery {limits, styles}.

export const config = JSON.parse(document.querySelector("#studio").textContent);
