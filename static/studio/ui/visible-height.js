// The height that an on-screen keyboard leaves, as --seen: not every browser resizes the page for it.

const { visualViewport: seen, document: { documentElement: root } } = window;

function follow() {
  const covered = seen.scale === 1 && seen.height < innerHeight - 1; // not while zoomed in
  if (covered) root.style.setProperty("--seen", `${seen.height}px`);
  else root.style.removeProperty("--seen");
  if (covered && scrollY) scrollTo(0, 0); // the browser has scrolled the page to show the input; now it fits
}

seen?.addEventListener("resize", follow);
seen?.addEventListener("scroll", follow);
