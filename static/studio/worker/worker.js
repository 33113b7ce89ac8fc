// The page without network. Served as /worker.js, with RELEASE and FILES (this release's own, whose names hold their hash) before
// this text.
//
// Nothing old is ever shown while the studio answers: pages come from the network first, and whatever they name has a name that
// no other content ever had.

const FIXED = `studio-files-${RELEASE}`;
const PAGES = "studio-pages"; // the last that the studio gave out, one for all chats and one for the gallery
const PICTURES = "studio-pictures"; // those that were seen last
const MOST_PICTURES = 80;
const AWAY = new Set([502, 503, 504]); // a proxy's words for a studio that does not answer

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("message", (event) => event.data === "person" && event.waitUntil(renewPages()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    const shell = shellOf(url.pathname);
    if (shell) event.respondWith(page(event, shell));
  } else if (FILES.includes(url.pathname)) event.respondWith(file(event, url.pathname));
  else if (isPicture(url.pathname) && request.destination === "image") event.respondWith(picture(event, url.pathname));
});

/** Beside the answer, which does not wait for it: there may be no room, or the answer may break off. */
const keep = (event, keeping) => event.waitUntil(keeping.catch(() => {}));

/** What is in the trash is not kept. */
const isPicture = (path) => path.startsWith("/p/") && !path.includes("/trashed/");

// What happened to be missing is fetched again when it is asked for.
async function install() {
  const cache = await caches.open(FIXED);
  await Promise.allSettled(FILES.map(async (path) => (await cache.match(path)) ?? cache.add(path)));
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("studio-files-") && name !== FIXED) await caches.delete(name);
  }
  await self.clients.claim();
  await renewPages(); // the visit that brought this program has its page already; the next one may have no network
}

/** Of what is open just now, the page as the studio gives it out just now. */
async function renewPages() {
  const pages = await caches.open(PAGES);
  for (const client of await self.clients.matchAll({ type: "window" })) {
    const shell = shellOf(new URL(client.url).pathname);
    if (shell) await keepPage(pages, shell, await fetch(shell).catch(() => null));
  }
}

/** One page does for every chat: it reads in its address which one is meant. */
function shellOf(path) {
  if (path === "/" || path.startsWith("/chat/")) return "/";
  return path === "/gallery/" ? "/gallery/" : null;
}

async function page(event, shell) {
  const pages = await caches.open(PAGES);
  try {
    const answer = await fetch(event.request);
    if (!AWAY.has(answer.status)) {
      keep(event, keepPage(pages, shell, answer));
      return answer;
    }
    return (await pages.match(shell)) ?? answer;
  } catch (problem) {
    const kept = await pages.match(shell);
    if (kept) return kept;
    throw problem;
  }
}

async function keepPage(pages, shell, answer) {
  if (answer?.status === 200 && answer.type === "basic" && !answer.redirected) await pages.put(shell, answer.clone());
}

async function file(event, path) {
  const cache = await caches.open(FIXED);
  const kept = await cache.match(path);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) keep(event, cache.put(path, answer.clone()));
  return answer;
}

/** Always asked for: one that was hidden or deleted is gone from here too. */
async function picture(event, path) {
  const cache = await caches.open(PICTURES);
  try {
    const answer = await fetch(event.request);
    keep(event, keepPicture(cache, path, answer.clone()));
    return answer;
  } catch (problem) {
    const kept = await cache.match(path);
    if (kept) return kept;
    throw problem;
  }
}

async function keepPicture(cache, path, answer) {
  if (answer.status === 404) return cache.delete(path);
  if (answer.status !== 200 || answer.type !== "basic") return null; // another server's tells us nothing
  await cache.put(path, answer); // to the end of the line; an answer that breaks off leaves what was kept
  const keys = await cache.keys();
  return Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_PICTURES)).map((key) => cache.delete(key)));
}
