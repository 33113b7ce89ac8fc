// On a small screen the sessions are in a drawer, which is out of the tab order while it is closed.

export function initDrawer() {
  const side = document.querySelector("#side");
  const button = document.querySelector("#open-side");
  const shade = document.querySelector("#shade");
  const narrow = matchMedia("(max-width: 760px)");
  let open = false;

  function set(value) {
    open = value && narrow.matches;
    side.inert = narrow.matches && !open;
    side.toggleAttribute("data-open", open);
    button.setAttribute("aria-expanded", String(open));
    shade.hidden = !open;
  }

  function close() {
    const hadFocus = open && side.contains(document.activeElement);
    set(false);
    if (hadFocus) button.focus();
  }

  button.addEventListener("click", () => {
    set(true);
    side.querySelector("a, button").focus();
  });
  shade.addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && open && close());
  narrow.addEventListener("change", () => set(false));
  set(false);
  return { close };
}
