// Errors of the socket and of REST, as one class.

import { t } from "../ui/translate.js";

/** `message` is a sentence for the person, `retryAfter` seconds or null. */
export class Problem extends Error {
  constructor({ code, message, retryable = false, retry_after = null }) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.retryAfter = retry_after;
  }
}

export function unreachable() {
  return new Problem({ code: "offline", message: t("The studio cannot be reached right now."), retryable: true });
}

// To send the same request again would not help; other errors may pass.
const FINAL = new Set(["bad_input", "too_large", "conflict", "not_found", "refused", "no_image", "storage_full", "budget", "blocked"]);

export function isFinal(problem) {
  return problem instanceof Problem && FINAL.has(problem.code);
}
