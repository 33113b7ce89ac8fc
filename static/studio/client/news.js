// Tabs of this browser tell each other that this person's pictures have changed: what one of them did, and what the studio told it
// about other devices. So an open gallery needs no connection of its own, and a chat page without any session learns of the first one.

const KEY = "studio.pictures"; // a storage event reaches the other tabs, and them alone

export function tellOtherTabs() {
  try {
    localStorage.setItem(KEY, crypto.randomUUID?.() ?? `${Date.now()} ${Math.random()}`);
  } catch {
    // Storage is forbidden or full: an open gallery looks again when somebody comes back to it.
  }
}

export const hearOtherTabs = (listener) => window.addEventListener("storage", ({ key }) => key === KEY && listener());
