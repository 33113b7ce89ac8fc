// The REST API, by cookie. A visitor becomes a guest with their first request that changes something; until then lists are empty.

import { tellOtherTabs } from "./news.js";
import { person } from "./person.js";
import { Problem, unreachable } from "./problem.js";
import { t } from "../ui/translate.js";

const SESSIONS = "/api/v1/chat/sessions/";
const GALLERY = "/v1/gallery/";
const SLOW_MS = 20_000;
const STOPPED = { code: "cancelled", message: t("The upload was stopped.") };

const token = () => document.querySelector('meta[name="csrf-token"]').content;

const ensurePerson = () => person.ensure(() => send("POST", "/api/v1/auth/cookie/").catch(orLater));

/** Names the page's person: the server refuses requests of a page after somebody else has signed in. */
const claimed = () => (person.id ? { "X-Studio-Person": person.id } : {});

/** During a rollout, a process of the release before may not know that path: try again. */
function orLater(problem) {
  throw problem.code === "not_found" ? unreachable() : problem;
}

/** The answer's JSON, or null where there is none. Raises `Problem`. */
async function call(method, path, body, more = {}) {
  if (method !== "GET") await ensurePerson();
  return send(method, path, body, more);
}

async function send(method, path, body, more = {}) {
  const headers = { Accept: "application/json", ...claimed(), ...more };
  if (method !== "GET") headers["X-CSRFToken"] = token();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(SLOW_MS),
    });
  } catch {
    throw unreachable();
  }
  const answered = answer(response.status, await response.text().catch(() => { throw unreachable(); })); // it has broken off
  if (method !== "GET" && path.startsWith(GALLERY)) tellOtherTabs();
  return answered;
}

function answer(status, text) {
  const data = parse(text);
  if (status < 400) {
    if (text && data === null) throw unreachable(); // somebody else's on the way
    return data;
  }
  if (data?.code) throw new Problem({ ...data, message: data.detail ?? data.title });
  // No problem of the API: a proxy's page, or an expired CSRF token.
  throw new Problem({
    code: status === 403 ? "stale_page" : "offline",
    message: status === 403 ? t("This page has grown old. Please reload it.") : t("The studio cannot answer right now."),
    retryable: true,
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const page = async (path, cursor, limit, asked = {}) => {
  if (!person.id) return { items: [], next: null };
  const query = new URLSearchParams({ ...asked, limit: String(limit), ...(cursor ? { cursor } : {}) });
  return call("GET", `${path}?${query}`);
};
const named = (base, id, tail = "") => `${base}${encodeURIComponent(id)}/${tail}`;

export const sessions = {
  list: (cursor = null) => page(SESSIONS, cursor, 50),
  create: () => call("POST", SESSIONS, {}),
  rename: (id, title) => call("PATCH", named(SESSIONS, id), { title }),
  remove: (id, pictures) => call("DELETE", `${named(SESSIONS, id)}?pictures=${pictures}`),
  messages: (id, cursor) => page(named(SESSIONS, id, "messages/"), cursor, 30),
  send: (id, command) => call("POST", named(SESSIONS, id, "messages/"), command),
};

const message = (sessionId, id, tail) => named(`${named(SESSIONS, sessionId)}messages/`, id, tail);

export const messages = {
  get: (sessionId, id) => call("GET", message(sessionId, id, "")),
  cancel: (sessionId, id) => call("POST", message(sessionId, id, "cancel/")),
  retry: (sessionId, id) => call("POST", message(sessionId, id, "retry/")),
};

/** Makes a picture without a conversation. Resolves with its message, which is still running. */
export const generate = (body) => call("POST", "/v1/image/generate/", body, { Prefer: "respond-async" });

const NO_DAYS = { items: [], count: 0, similar: false };
const listed = (trash) => `${GALLERY}${trash ? "deleted/" : ""}`;

export const gallery = {
  /** How many pictures each day has, in the browser's time zone. */
  days(trash, asked) {
    const { timeZone: tz = "UTC" } = new Intl.DateTimeFormat().resolvedOptions();
    return person.id ? call("GET", `${listed(trash)}days/?${new URLSearchParams({ ...asked, tz })}`) : Promise.resolve(NO_DAYS);
  },
  page: (trash, { cursor, ...asked }, limit) => page(listed(trash), cursor, limit, asked),
  albums: () => page(`${GALLERY}albums/`, null, 100),
  createAlbum: (title) => call("POST", `${GALLERY}albums/`, { title }),
  renameAlbum: (id, title) => call("PATCH", named(`${GALLERY}albums/`, id), { title }),
  deleteAlbum: (id) => call("DELETE", named(`${GALLERY}albums/`, id)),
  bulk: (body) => call("POST", `${GALLERY}bulk/`, body),
  get: (id) => call("GET", named(GALLERY, id)),
  family: (id) => call("GET", named(GALLERY, id, "family/")),
  lineage: (id) => call("GET", named(GALLERY, id, "lineage/")),
  change: (id, fields) => call("PATCH", named(GALLERY, id), fields),
  remove: (id) => call("DELETE", named(GALLERY, id)),
  restore: (id) => call("POST", named(GALLERY, id, "restore/")),
  purge: (id) => call("DELETE", named(GALLERY, id, "permanent/")),
  appeal: (id, text) => call("POST", named(GALLERY, id, "appeal/"), { text }),
};

/** The address of an own picture's file, with prompt and seed written into it. */
export const fileWithPrompt = (imageId) => `${named(GALLERY, imageId, "file/")}?prompt=true`;

/** The file of an own picture, with XMP and its prompt. Raises `Problem`. */
export async function bytesOf(imageId) {
  const response = await fetch(fileWithPrompt(imageId), { headers: claimed() }).catch(() => null);
  if (!response) throw unreachable();
  return response.ok ? response.blob() : answer(response.status, await response.text());
}

export const shares = {
  list: async (imageId) => (await call("GET", named(GALLERY, imageId, "shares/"))).items,
  create: (imageId, expires_in_s) => call("POST", named(GALLERY, imageId, "shares/"), { expires_in_s }),
  revoke: (id) => call("DELETE", named(`${GALLERY}shares/`, id)),
  renewLinks: (imageId) => call("POST", named(GALLERY, imageId, "new-link/")),
};

/** A zip of these pictures, as {blob, name}. `prompts`: prompts and seeds are written into the files. Raises `Problem`. */
export async function archive(ids, prompts = false) {
  const headers = { Accept: "application/zip", "Content-Type": "application/json", "X-CSRFToken": token(), ...claimed() };
  const sent = fetch(`${GALLERY}download/`, { method: "POST", headers, body: JSON.stringify({ ids, prompts }) });
  const response = await sent.catch(() => { throw unreachable(); });
  if (!response.ok) answer(response.status, await response.text());
  const [, name = "pictures.zip"] = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "") ?? [];
  return { blob: await response.blob().catch(() => { throw unreachable(); }), name };
}

/** Whether the things of this browser's former guest are moved to the account. */
export const bring = (yes) => call("POST", "/api/v1/auth/bring/", { bring: yes });

const KEYS = "/api/v1/auth/tokens/";

export const keys = {
  list: async () => (person.id ? (await call("GET", KEYS)).items : []),
  create: (body) => call("POST", KEYS, body),
  remove: (id) => call("DELETE", named(KEYS, id)),
};

const ME = "/api/v1/me/";

/** `get` resolves with null for a visitor. */
export const me = {
  export: `${ME}export/`,
  get: async () => (person.id ? call("GET", ME) : null),
  usage: () => call("GET", `${ME}usage/`),
  remove: (confirm) => call("DELETE", ME, { confirm }),
};

/** Import a "photo" or a "mask"; `onProgress` gets 0 to 1. Not fetch, which reports no upload progress. */
export function upload(file, onProgress, purpose = "photo") {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("purpose", purpose);
  form.append("file", file, file.name ?? `${purpose}.png`);
  request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
  let stopped = false;
  const abort = () => {
    stopped = true;
    request.abort();
  };
  const done = ensurePerson().then(() => {
    if (stopped) throw new Problem(STOPPED);
    return answered(request, form);
  });
  return { done, abort };
}

function answered(request, form) {
  return new Promise((resolve, reject) => {
    request.onload = () => {
      try {
        resolve(answer(request.status, request.responseText));
        tellOtherTabs();
      } catch (problem) {
        reject(problem);
      }
    };
    request.onerror = request.ontimeout = () => reject(unreachable());
    request.onabort = () => reject(new Problem(STOPPED));
    request.open("POST", GALLERY);
    request.timeout = 5 * 60_000;
    request.setRequestHeader("X-CSRFToken", token());
    Object.entries(claimed()).forEach((header) => request.setRequestHeader(...header));
    request.send(form);
  });
}
