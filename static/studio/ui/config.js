// The page's data from the server: {user, limits, can, varying}; in the gallery {user, limits, can}; those of an account have
// `user` and `can` as well. `user`: null for a visitor.
// `can`: the providers' abilities, {tools, styles, part, pictures, together, resolutions, pixels, makers}: pipeline/providers/abilities.py.

export const config = JSON.parse(document.querySelector("#studio").textContent);
