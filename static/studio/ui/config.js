// The page's data from the server: {user, limits, can, varying}; in the gallery {user, limits, can}. `user`: null for a visitor.
// `can`: the providers' abilities, {tools, styles, part, pictures, together, resolutions, pixels}: pipeline/providers/abilities.py.

export const config = JSON.parse(document.querySelector("#studio").textContent);
