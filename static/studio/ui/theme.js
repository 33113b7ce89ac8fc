// The look this person chose, if any. A classic script on purpose: it runs before the first paint, so nothing flashes.

(() => {
  const KEY = "studio.theme";
  const root = document.documentElement;
  const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const dark = () => (root.dataset.theme ?? system()) === "dark";
  const frames = [...document.querySelectorAll('meta[name="theme-color"]')]; // what a phone has around the page: light, dark
  const grounds = frames.map(({ content }) => content);

  function frame() {
    if (root.dataset.theme) frames.forEach((meta) => (meta.content = grounds[dark() ? 1 : 0]));
  }

  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  } catch {
    // Storage is forbidden: the system's look it is.
  }
  frame();

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-switch-theme]")) return;
    root.dataset.theme = dark() ? "light" : "dark";
    frame();
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // It lasts until the page is closed.
    }
  });
})();
