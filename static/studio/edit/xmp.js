// Reads the XMP of a studio's file, and embeds it into one that is encoded here, as gallery/provenance/ does.

import { bytesOf } from "../client/rest.js";

const BEGIN = "<?xpacket begin=";
const END = '<?xpacket end="r"?>';
const PROMPT = /<Iptc4xmpExt:AIPromptInformation>[^<]*<\/Iptc4xmpExt:AIPromptInformation>/;
const PHOTOGRAPH = /digitalsourcetype\/digitalCapture(?=<)/;
const TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const JPEG = "http://ns.adobe.com/xap/1.0/\0";
const PNG = "XML:com.adobe.xmp\0\0\0\0\0";
const HAS_XMP = 0x04; // flags of a WebP
const HAS_ALPHA = 0x10;

/** `image`: a picture of one's own. Resolves with {blob, xmp}: its file, and the XMP in it, with the prompt. */
export async function fileOf(image) {
  const blob = await bytesOf(image.id);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const letters = new TextDecoder("latin1").decode(bytes);
  const from = letters.indexOf(BEGIN);
  const to = letters.indexOf(END, from) + END.length;
  return { blob, xmp: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from, to)) };
}

export const hasPrompt = (xmp) => PROMPT.test(xmp);
export const withoutPrompt = (xmp) => xmp.replace(PROMPT, "");

/** The XMP after a change by hand. What an AI made keeps its source type. */
export function edited(xmp) {
  if (xmp.includes(TYPE)) return xmp.replace(PHOTOGRAPH, "digitalsourcetype/humanEdits");
  const type = `<Iptc4xmpExt:DigitalSourceType>${TYPE}humanEdits</Iptc4xmpExt:DigitalSourceType>`;
  const names = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ';
  const named = xmp.includes("xmlns:Iptc4xmpExt") ? xmp : xmp.replace("<x:xmpmeta ", `<x:xmpmeta ${names}`);
  return named.replace("<xmp:CreatorTool>", `${type}<xmp:CreatorTool>`);
}

/** The same JPEG, PNG or WebP with this XMP. */
export async function withXmp(blob, xmp) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const packet = new TextEncoder().encode(xmp);
  const parts = { "image/jpeg": jpeg, "image/png": png, "image/webp": webp }[blob.type](bytes, packet);
  return new Blob(parts, { type: blob.type });
}

const letters = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A number in `length` bytes. */
const big = (value, length) => Uint8Array.from({ length }, (_, i) => value >>> (8 * (length - 1 - i)));
const little = (value, length) => big(value, length).reverse();

function jpeg(bytes, packet) {
  const at = bytes[2] === 0xff && bytes[3] === 0xe0 ? 4 + bytes[4] * 256 + bytes[5] : 2;
  const segment = [Uint8Array.of(0xff, 0xe1), big(2 + JPEG.length + packet.length, 2), letters(JPEG), packet];
  return [bytes.subarray(0, at), ...segment, bytes.subarray(at)];
}

function png(bytes, packet) {
  const at = 33; // after the header
  const chunk = Uint8Array.from([...letters(`iTXt${PNG}`), ...packet]);
  return [bytes.subarray(0, at), big(chunk.length - 4, 4), chunk, big(crc32(chunk), 4), bytes.subarray(at)];
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

function webp(bytes, packet) {
  const view = new DataView(bytes.buffer);
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  const end = [letters("XMP "), little(packet.length, 4), packet, new Uint8Array(packet.length % 2)];
  let chunks = [bytes.subarray(12)];
  if (kind === "VP8X") chunks = [bytes.subarray(12, 20), Uint8Array.of(bytes[20] | HAS_XMP), bytes.subarray(21)];
  else {
    const lossless = kind === "VP8L" ? view.getUint32(21, true) : null;
    const width = lossless === null ? view.getUint16(26, true) & 0x3fff : (lossless & 0x3fff) + 1;
    const height = lossless === null ? view.getUint16(28, true) & 0x3fff : ((lossless >>> 14) & 0x3fff) + 1;
    const alpha = lossless !== null && (lossless >>> 28) & 1 ? HAS_ALPHA : 0;
    const head = [letters("VP8X"), little(10, 4), Uint8Array.of(HAS_XMP | alpha, 0, 0, 0)];
    chunks = [...head, little(width - 1, 3), little(height - 1, 3), ...chunks];
  }
  const size = 4 + [...chunks, ...end].reduce((sum, part) => sum + part.length, 0);
  return [letters("RIFF"), little(size, 4), letters("WEBP"), ...chunks, ...end];
}
