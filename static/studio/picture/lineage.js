// A picture's source.

import { Problem } from "../client/problem.js";
import * as rest from "../client/rest.js";
import { t } from "../ui/translate.js";

const GONE = { code: "not_found", message: t("The picture before this one is not here any more.") };

/** The picture that this one was made from, in its public form. Raises `Problem`. */
export async function sourceOf(image) {
  const { ancestors } = await rest.gallery.lineage(image.id);
  const before = ancestors.at(-1);
  if (before?.state !== "shown") throw new Problem(GONE);
  return before;
}
