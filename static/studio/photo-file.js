// A file that somebody brings: is it a photo that the studio takes? Told by its first bytes: names and types are guesses.

const HEAD = 16; // bytes
const TAKEN = [/^\xff\xd8\xff/, /^\x89PNG\r\n\x1a\n/, /^RIFF[^]{4}WEBP/];
const HEIF = /^[^]{4}ftyp(hei|hev|mif1|msf1|avi)/;

export const ACCEPTED = "image/jpeg,image/png,image/webp"; // with these, a phone hands over its HEIC photos as JPEG

/** A sentence for the person why this file cannot be taken, or null. `limit` in bytes. */
export async function refusal(file, limit) {
  let head;
  try {
    head = String.fromCharCode(...new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  } catch {
    return "This file cannot be read. Is it a folder?";
  }
  if (HEIF.test(head)) return "This is a HEIC or AVIF photo. Please save it as a JPEG and choose that.";
  if (!TAKEN.some((kind) => kind.test(head))) return "Please choose a JPEG, PNG or WebP picture.";
  return file.size > limit ? `This photo is larger than ${Math.floor(limit / 2 ** 20)} MB.` : null;
}
