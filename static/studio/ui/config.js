// What the server tells its page: {user, limits, can, varying}; in the gallery {user, limits, can}. `user`: null for a visitor.
// `can`: what whoever makes pictures can do, {tools, styles, part, pictures, together, resolutions, pixels}: pipeline/providers/abilities.py.

export const config = JSON.parse(document.querySelector("#studio").textContent);
