import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./translate.js";

/** A link that saves a picture. The server names the file. `url`: one of our own, see `pictureUrl`. */
export function downloadLink(url) {
  const label = h("span.label", {}, t("Download"));
  return h("a.quiet.button", { href: `${url}?download=1`, download: true, title: t("Download"), "data-icon": "download" }, icon("download"), label);
}

/** As `downloadLink`, without a label. */
export const fileLink = (href) => h("a", { href, download: true });

const KEEP_MS = 60_000; // how long the download may take to start

/** Saves a file that was made or fetched by the page. */
export function saveBlob({ blob, name }) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}
