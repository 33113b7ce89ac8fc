// The pixels of a partly transparent picture, exactly as in its file. A 2d canvas stores premultiplied colours, and so loses
// precision where it is half transparent; WebGL does not.

const MOST = 2 ** 24; // pixels: 64 MiB

/** Resolves with ImageData, or with null where the browser cannot do it. `img`: decoded. */
export async function exactPixels(img) {
  const { naturalWidth: width, naturalHeight: height } = img;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!gl || width * height > MOST || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return null;
  const bitmap = await createImageBitmap(img, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  bitmap.close();
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, gl.getParameter(gl.TEXTURE_BINDING_2D), 0);
  const pixels = new ImageData(width, height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(pixels.data.buffer));
  const failed = gl.getError() !== gl.NO_ERROR;
  gl.getExtension("WEBGL_lose_context")?.loseContext(); // a page may have only a few
  return failed ? null : pixels;
}
