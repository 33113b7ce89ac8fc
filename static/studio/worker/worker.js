// The service worker, with which the pages start without network. Served as /worker.js, preceded by RELEASE and FILES (this
// release's files, with their hash in the name).
//
// Nothing outdated is shown while the studio answers: pages are fetched from the network first, and files have hashed names.

const FIXED = `studio-files-${RELEASE}`;
const PAGES = "studio-pages"; // the last answers, one for all chats and one for the gallery
const PICTURES = "studio-pictures"; // those shown last
const MOST_PICTURES = 80;
const AWAY = new Set([502, 503, 504]); // a proxy's answers while the studio is down

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

/** Stores without delaying the answer, and ignores errors: there may be no space, or the answer may break off. */
const keep = (event, keeping) => event.waitUntil(keeping.catch(() => {}));

/** Pictures in the trash are not cached. */
const isPicture = (path) => path.startsWith("/p/") && !path.includes("/trashed/");

// A file that fails here is fetched when it is requested.
async function install() {
  const cache = await caches.open(FIXED);
  await Promise.allSettled(FILES.map(async (path) => (await cache.match(path)) ?? cache.add(path)));
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("studio-files-") && name !== FIXED) await caches.delete(name);
  }
  await self.clients.claim();
  await renewPages(); // this page was loaded before the worker; the next visit may have no network
}

/** Caches the current version of the pages that are open. */
async function renewPages() {
  const pages = await caches.open(PAGES);
  for (const client of await self.clients.matchAll({ type: "window" })) {
    const shell = shellOf(new URL(client.url).pathname);
    if (shell) await keepPage(pages, shell, await fetch(shell).catch(() => null));
  }
}

/** One page serves all chats: it reads the session from its address. */
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
    const cached = await pages.match(shell);
    if (cached) return cached;
    throw problem;
  }
}

async function keepPage(pages, shell, answer) {
  if (answer?.status === 200 && answer.type === "basic" && !answer.redirected) await pages.put(shell, answer.clone());
}

async function file(event, path) {
  const cache = await caches.open(FIXED);
  const cached = await cache.match(path);
  if (cached) return cached;
  const answer = await fetch(event.request);
  if (answer.ok) keep(event, cache.put(path, answer.clone()));
  return answer;
}

/** Always from the network first, so that hidden and deleted pictures leave the cache too. */
async function picture(event, path) {
  const cache = await caches.open(PICTURES);
  try {
    const answer = await fetch(event.request);
    keep(event, keepPicture(cache, path, answer.clone()));
    return answer;
  } catch (problem) {
    const cached = await cache.match(path);
    if (cached) return cached;
    throw problem;
  }
}

async function keepPicture(cache, path, answer) {
  if (answer.status === 404) return cache.delete(path);
  if (answer.status !== 200 || answer.type !== "basic") return null; // a redirect to another server
  await cache.put(path, answer); // becomes the newest; a broken answer leaves the cached one
  const keys = await cache.keys();
  return Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_PICTURES)).map((key) => cache.delete(key)));
}
