// The page's language: its sentences, and its locale for dates and numbers. For writing sentences see docs/translations.md.

export const language = document.documentElement.lang || "en";

/** For Intl: the browser's variant of that language, such as en-GB. */
export const locale = navigator.languages.find((each) => each.split("-")[0] === language) ?? language;

// As in pipeline/providers/text.py: letters of hardly any other language.
const VIETNAMESE = /[ơưạảằắẳẵặầấẩẫậẻẽẹềếểễệỉĩịọỏồốổỗộờớởỡợụủũừứửữựỳỷỹỵ]/;

/** The language of a text, if it can be told: "vi", "en" or "". */
export function languageOf(text) {
  if (VIETNAMESE.test(text.normalize("NFC").toLowerCase())) return "vi";
  return /[a-z]/i.test(text) && /^[\x20-\x7e\s…“”‘’×–—]*$/.test(text) ? "en" : "";
}

const catalogue = {}; // by the English sentence; empty on an English page
const many = new Intl.PluralRules(language);

/** Called by locale/vi.js, which a Vietnamese page loads before its own module. */
export const learn = (sentences) => Object.assign(catalogue, sentences);

/** `t("Delete “{title}”?", { title })`: the sentence in the page's language. */
export const t = (sentence, values = {}) => filled(catalogue[sentence] ?? sentence, values);

/** `plural(3, "{count} picture", "{count} pictures")`; the catalogue has the second form alone. */
export function plural(count, one, other, values = {}) {
  const sentence = catalogue[other] ?? (many.select(count) === "one" ? one : other);
  return filled(sentence, { count: count.toLocaleString(locale), ...values });
}

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// The button of `{% language_switch %}`.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-switch-language]");
  if (!button) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `studio_language=${button.dataset.switchLanguage}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  await globalThis.caches?.delete("studio-pages").catch(() => {}); // the service worker's pages are in the other language
  location.reload();
});
