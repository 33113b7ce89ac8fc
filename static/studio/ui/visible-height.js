// How much of the window a keyboard on the screen leaves, as --seen: not every browser makes the page itself smaller for it.

const { visualViewport: seen, document: { documentElement: root } } = window;

function follow() {
  const covered = seen.scale === 1 && seen.height < innerHeight - 1; // zoomed in by two fingers, less is seen too
  if (covered) root.style.setProperty("--seen", `${seen.height}px`);
  else root.style.removeProperty("--seen");
  if (covered && scrollY) scrollTo(0, 0); // the browser has pushed the page up to show where one writes; there is room now
}

seen?.addEventListener("resize", follow);
seen?.addEventListener("scroll", follow);
