// The chosen theme, if any. A classic script, because it runs before the first paint, so that nothing flashes.

(() => {
  const KEY = "studio.theme";
  const root = document.documentElement;
  const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const dark = () => (root.dataset.theme ?? system()) === "dark";
  const metas = [...document.querySelectorAll('meta[name="theme-color"]')]; // the colours of a phone's bars: light, dark
  const colours = metas.map(({ content }) => content);

  function colourBars() {
    if (root.dataset.theme) metas.forEach((meta) => (meta.content = colours[dark() ? 1 : 0]));
  }

  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  } catch {
    // Storage is forbidden: the system's theme is used.
  }
  colourBars();

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-switch-theme]")) return;
    root.dataset.theme = dark() ? "light" : "dark";
    colourBars();
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // It lasts until the page is closed.
    }
  });
})();
