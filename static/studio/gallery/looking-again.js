// When the gallery asks for what else the studio has by now: another tab, another device or a moderator may have changed it.

const PAUSE_MS = 5000; // between two looks
const BURST_MS = 300; // what comes together is looked at once
const OVER_IT = "dialog[open], :popover-open, .band"; // what a look would take from under somebody's hands

/** Whether something is open that must not be taken away. */
export const isInUse = () => Boolean(document.querySelector(OVER_IT));

/** `look()` asks the studio. Returns how to say that it should, soon. */
export function lookingAgain(look) {
  let last = -PAUSE_MS;
  let due = 0;

  function soon() {
    due ||= setTimeout(() => {
      due = 0;
      if (document.visibilityState !== "visible") return; // whoever comes back looks
      if (isInUse()) return soon();
      last = performance.now();
      look();
    }, Math.max(BURST_MS, last + PAUSE_MS - performance.now()));
  }

  document.addEventListener("visibilitychange", soon);
  return soon;
}
