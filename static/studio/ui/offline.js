// Lets the browser start the page without network: see worker/worker.js. Where the server offers no such program (files under
// their own names, while somebody works on them), one of an earlier time goes.

import { person } from "../client/person.js";

const offered = document.querySelector('meta[name="service-worker"]')?.content;

async function arrange() {
  if (offered) return navigator.serviceWorker.register(offered, { scope: "/", updateViaCache: "none" });
  const old = await navigator.serviceWorker.getRegistrations();
  return Promise.all(old.map((registration) => registration.unregister()));
}

// After the page: it is for the next visit. Not everywhere may there be one (plain http from another machine has none).
if ("serviceWorker" in navigator) window.addEventListener("load", () => arrange().catch(() => {}));

// The page that is kept says who it is for: a visitor's is of no use to the guest that they have become.
person.addEventListener("known", () => navigator.serviceWorker?.controller?.postMessage("person"));
