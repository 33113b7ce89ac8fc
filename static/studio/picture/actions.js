// What can be done to a picture at the press of a button, and in which words it is asked for.

import { config } from "../ui/config.js";
import { t } from "../ui/translate.js";

const STYLE = "style_transfer";

/** intent → {label, icon, words}: the words are what the conversation shows, the intent is what counts. */
export const TOOLS = {
  enhance: { label: t("Enhance"), icon: "enhance", words: t("Enhance this picture") },
  remove_background: { label: t("Remove background"), icon: "cutout", words: t("Remove the background") },
  remove_object: { label: t("Remove object"), icon: "eraser", words: t("Remove what is painted over") },
};

/** [intent, {label, icon, words}] of those that whoever makes pictures here can do. */
export const tools = () => Object.entries(TOOLS).filter(([intent]) => config.can.tools.includes(intent));

const STYLE_NAMES = {
  watercolour: t("Watercolour"), pencil: t("Pencil"), oil: t("Oil"), cartoon: t("Cartoon"), pixel: t("Pixel"), sepia: t("Sepia"),
  ink: t("Ink"), poster: t("Poster"),
};
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** The menu of named styles: [{value, label, look}]; `look` is a class of actions.css that shows what it does. */
export const styleItems = (styles) =>
  styles.map((style) => ({ value: style, label: STYLE_NAMES[style] ?? capital(style), look: /^[a-z]+$/.test(style) ? `style-${style}` : null }));

/** What a tool asks of a picture: {content, options}. `words`: the person's own, where they wrote any. */
export function requestFor(tool, { style, words }) {
  if (tool === STYLE) return { content: t("{style} style", { style: STYLE_NAMES[style] ?? capital(style) }), options: { intent: STYLE, style } };
  return { content: words || TOOLS[tool].words, options: { intent: tool } };
}

/** Would the same message make another picture? `varying`: the intents that do. A photo has no message. */
export const varies = (message, varying) => Boolean(message) && varying.includes(message.intent);

/** Is a picture of this intent made from another one? */
export const hasSource = (intent) => intent === "edit" || intent === STYLE || intent in TOOLS;
