// Checks whether the studio takes a file: by its first bytes, because names and types may be wrong.

import { t } from "../ui/translate.js";

const HEAD = 16; // bytes
const TAKEN = [/^\xff\xd8\xff/, /^\x89PNG\r\n\x1a\n/, /^RIFF[^]{4}WEBP/, /^[^]{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1|avi[fs])/];

export const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif,.heic,.heif,.avif";

/** Why this file cannot be taken, {sentence, tooLarge}; or null. `limit` in bytes. */
export async function refusal(file, limit) {
  let head;
  try {
    head = String.fromCharCode(...new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  } catch {
    return { sentence: t("This file cannot be read. Is it a folder?"), tooLarge: false };
  }
  if (!TAKEN.some((kind) => kind.test(head))) {
    return { sentence: t("Please choose a JPEG, PNG, WebP, HEIC or AVIF picture."), tooLarge: false };
  }
  const sentence = t("This photo is larger than {limit} MB.", { limit: Math.floor(limit / 2 ** 20) });
  return file.size > limit ? { sentence, tooLarge: true } : null;
}
