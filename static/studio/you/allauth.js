// django-allauth's headless API: /_allauth/browser/v1/. Its 401 is no error: it names the next step.

import { Problem, unreachable } from "../client/problem.js";
import { t } from "../ui/translate.js";

const BASE = "/_allauth/browser/v1/";
const SLOW_MS = 30_000; // a mail server may take its time

const running = new Set();

const token = () => document.querySelector('meta[name="csrf-token"]').content;

/** Resolves with {status, data, meta}. Raises `Problem` with a sentence for the person. */
export async function ask(method, path, body) {
  const asked = send(method, path, body);
  running.add(asked);
  return asked.finally(() => running.delete(asked));
}

/** Resolves once all requests are answered: a page that is left before may lose its new cookie. */
export const settled = () => Promise.allSettled([...running]);

async function send(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = token();
  const isForm = body instanceof URLSearchParams;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: isForm || body === undefined ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(SLOW_MS),
    });
  } catch {
    throw unreachable();
  }
  const answer = await response.json().catch(() => null);
  if (answer?.code) throw new Problem({ ...answer, message: answer.detail ?? answer.title });
  if (answer?.errors?.length) throw new Problem({ code: "bad_input", message: answer.errors.map((each) => each.message).join(" ") });
  if (response.status === 403 && !answer) throw new Problem({ code: "stale_page", message: t("This page has grown old. Please reload it.") });
  if (!answer || response.status >= 500) throw unreachable();
  return { status: response.status, data: answer.data ?? {}, meta: answer.meta ?? {} };
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const remove = (path, body) => ask("DELETE", path, body);

/** The flow that waits for the person, or null. */
export const pending = ({ data }) => data.flows?.find((flow) => flow.is_pending) ?? null;

/** Goes to another sign-in service; `process`: "login", or "connect" for an account that is signed in. */
export async function goTo(provider, process) {
  const { data } = await post("auth/provider/redirect", new URLSearchParams({ provider, process, callback_url: "/you/" }));
  location.assign(data.location);
}
