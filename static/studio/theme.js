// The look this person chose, if any. A classic script on purpose: it runs before the first paint, so nothing flashes.

(() => {
  const KEY = "studio.theme";
  const root = document.documentElement;
  const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const dark = () => (root.dataset.theme ?? system()) === "dark";

  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  } catch {
    // Storage is forbidden: the system's look it is.
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-switch-theme]")) return;
    root.dataset.theme = dark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // It lasts until the page is closed.
    }
  });
})();
