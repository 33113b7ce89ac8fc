// The quick actions on a picture, and the requests that they send.

import { config } from "../ui/config.js";
import { t } from "../ui/translate.js";

const STYLE = "style_transfer";

/** intent → {label, icon, words}: the conversation shows `words`; the server follows the intent. */
export const TOOLS = {
  enhance: { label: t("Enhance"), icon: "enhance", words: t("Enhance this picture") },
  remove_background: { label: t("Remove background"), icon: "cutout", words: t("Remove the background") },
  remove_object: { label: t("Remove object"), icon: "eraser", words: t("Remove what is painted over") },
};

/** [intent, {label, icon, words}] of those that the providers support. */
export const tools = () => Object.entries(TOOLS).filter(([intent]) => config.can.tools.includes(intent));

const STYLE_NAMES = {
  watercolour: t("Watercolour"), pencil: t("Pencil"), oil: t("Oil"), cartoon: t("Cartoon"), pixel: t("Pixel"), sepia: t("Sepia"),
  ink: t("Ink"), poster: t("Poster"),
};
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** The menu of named styles: [{value, label, look}]; `look` is a class of actions.css that shows what it does. */
export const styleItems = (styles) =>
  styles.map((style) => ({ value: style, label: STYLE_NAMES[style] ?? capital(style), look: /^[a-z]+$/.test(style) ? `style-${style}` : null }));

/** A tool's request: {content, options}. `words`: the person's own text, if any. */
export function requestFor(tool, { style, words }) {
  if (tool === STYLE) return { content: t("{style} style", { style: STYLE_NAMES[style] ?? capital(style) }), options: { intent: STYLE, style } };
  return { content: words || TOOLS[tool].words, options: { intent: tool } };
}

/** Whether the same message would make another picture. `varying`: the intents that do. A photo has no message. */
export const varies = (message, varying) => Boolean(message) && varying.includes(message.intent);

/** Whether a picture of this intent is made from another one. */
export const hasSource = (intent) => intent === "edit" || intent === STYLE || intent in TOOLS;
