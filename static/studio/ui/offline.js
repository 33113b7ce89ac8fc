// Registers the service worker, with which the page starts without network: see worker/worker.js. If the server offers none (during
// development), an earlier one is removed.

import { person } from "../client/person.js";

const offered = document.querySelector('meta[name="service-worker"]')?.content;

async function arrange() {
  if (offered) return navigator.serviceWorker.register(offered, { scope: "/", updateViaCache: "none" });
  const old = await navigator.serviceWorker.getRegistrations();
  return Promise.all(old.map((registration) => registration.unregister()));
}

// After the page is loaded, because it serves the next visit. Plain http from another machine allows none.
if ("serviceWorker" in navigator) window.addEventListener("load", () => arrange().catch(() => {}));

// The cached page contains its person: the visitor's one is replaced once they have become a guest.
person.addEventListener("known", () => navigator.serviceWorker?.controller?.postMessage("person"));
