// Uploads the painted area as a mask.

import { Problem } from "../client/problem.js";
import { upload } from "../client/rest.js";
import { maskOf } from "./strokes.js";
import { t } from "../ui/translate.js";

const STOPPED = { code: "cancelled", message: t("The upload was stopped.") };

/** As `upload` of rest.js. It can be stopped at any moment, also before the first byte is sent. */
export function sendMask(strokes, image, onProgress) {
  let request = null;
  let stopped = false;
  async function send() {
    const file = await maskOf(strokes, image);
    if (stopped) throw new Problem(STOPPED);
    request = upload(file, onProgress, "mask");
    return request.done;
  }
  function abort() {
    stopped = true;
    request?.abort();
  }
  return { done: send(), abort };
}
