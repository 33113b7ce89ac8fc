// The page's policy allows no inline script, so what starts ReDoc lives here.

// ReDoc shows a logo from elsewhere, which the policy would block, with an error in the console. It leaves it out by itself
// where it cannot be loaded.
const { prototype } = HTMLImageElement;
const source = Object.getOwnPropertyDescriptor(prototype, "src");

function show(image, address, set) {
  const { origin, protocol } = new URL(address, document.baseURI);
  if (origin === location.origin || protocol === "data:") set();
  else queueMicrotask(() => image.dispatchEvent(new Event("error")));
}

prototype.setAttribute = function setAttribute(name, value) {
  const set = () => Element.prototype.setAttribute.call(this, name, value);
  if (name === "src") show(this, value, set);
  else set();
};
Object.defineProperty(prototype, "src", {
  ...source,
  set(address) {
    show(this, address, () => source.set.call(this, address));
  },
});

const options = JSON.parse(document.getElementById("redoc-settings").textContent);
Redoc.init(options.url, {}, document.getElementById("redoc"));
