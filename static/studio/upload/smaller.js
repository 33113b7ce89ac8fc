// Reduces a photo that is too large for the studio.

const MOST_PIXELS = 16_000_000; // about the limit of a phone's canvas
const QUALITIES = [0.92, 0.8, 0.6];
const MAY_BE_CLEAR = new Set(["image/png", "image/webp", "image/avif"]);

/** Resolves with a File of at most `limit` bytes. Rejects if this browser cannot decode it, or it stays too large. */
export async function smaller(file, limit) {
  const bitmap = await createImageBitmap(file); // upright, as its EXIF says
  try {
    for (let room = MOST_PIXELS; room > MOST_PIXELS / 20; room /= 2) {
      const blob = await encoded(drawn(bitmap, room), file.type, limit);
      if (blob) return new File([blob], file.name, { type: blob.type });
    }
  } finally {
    bitmap.close();
  }
  throw new Error("It stays too large.");
}

function drawn(bitmap, room) {
  const scale = Math.min(1, Math.sqrt(room / (bitmap.width * bitmap.height)));
  const side = (pixels) => Math.max(1, Math.floor(pixels * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width: side(bitmap.width), height: side(bitmap.height) });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Formats with transparency become WebP, others JPEG. Null if no quality is small enough. */
async function encoded(canvas, type, limit) {
  const kind = MAY_BE_CLEAR.has(type) ? "image/webp" : "image/jpeg";
  for (const quality of QUALITIES) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, kind, quality));
    if (blob && blob.size <= limit) return blob;
  }
  return null;
}
