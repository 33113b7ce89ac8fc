// One upload of a photo, without its elements.

import { wait } from "../ui/dom.js";
import { upload } from "../client/rest.js";
import { refusal } from "./photo-file.js";
import { smaller } from "./smaller.js";
import { t } from "../ui/translate.js";

const FINAL = new Set(["bad_input", "too_large"]); // the same file would be refused the same way
/** The `words` of a transfer that will continue by itself. */
export const WAITING = t("Waiting a moment, then it goes on…");
const PAUSE_S = 5; // after "rate_limited" without retry_after

/** Events: "change"; "progress", when only `fraction` has changed. */
export class Transfer extends EventTarget {
  image = null; // the public form, once the server has it
  words = t("Waiting…");
  busy = true;
  failed = false;
  again = false; // whether another attempt may help
  tooLarge = false; // whether fewer pixels would help
  fraction = 0;
  #stopped = false;
  #request = null;

  /** `limit` in bytes. Nothing is sent yet. */
  constructor(file, limit) {
    super();
    Object.assign(this, { file, limit });
  }

  /** Resolves once it is uploaded or has failed. */
  async send() {
    this.#say(t("Uploading…"), { busy: true });
    const refused = await refusal(this.file, this.limit);
    if (this.#stopped) return;
    if (refused) this.#say(refused.sentence, { failed: true, tooLarge: refused.tooLarge });
    else await this.#deliver();
  }

  stop() {
    this.#stopped = true;
    this.#request?.abort();
  }

  /** Reduces the photo in the browser, then sends it. */
  async shrink() {
    this.#say(t("Making it smaller…"), { busy: true });
    try {
      this.file = await smaller(this.file, this.limit);
    } catch {
      return this.#say(t("This browser cannot make this photo smaller."), { failed: true });
    }
    return this.#stopped ? null : this.send();
  }

  async #deliver() {
    for (;;) {
      try {
        this.#request = upload(this.file, (gone) => this.#progress(gone));
        this.image = await this.#request.done;
        return this.#say(t("Your photo"), {});
      } catch (problem) {
        if (this.#stopped) return null;
        if (problem.code !== "rate_limited") return this.#refused(problem);
        this.#say(WAITING, { busy: true });
        await wait((problem.retryAfter ?? PAUSE_S) * 1000);
        if (this.#stopped) return null;
        this.#say(t("Uploading…"), { busy: true });
      }
    }
  }

  #refused({ code, message }) {
    this.#say(message, { failed: true, again: !FINAL.has(code), tooLarge: code === "too_large" });
  }

  #progress(gone) {
    this.fraction = gone;
    if (gone === 1) this.#say(t("Checking…"), { busy: true });
    else this.dispatchEvent(new Event("progress"));
  }

  #say(words, { busy = false, failed = false, again = false, tooLarge = false }) {
    Object.assign(this, { words, busy, failed, again, tooLarge });
    if (!busy || words !== t("Checking…")) this.fraction = 0;
    this.dispatchEvent(new Event("change"));
  }
}
