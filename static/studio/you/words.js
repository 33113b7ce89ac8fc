// Formats dates and sizes in the page's language.

import { locale } from "../ui/translate.js";

const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const UNITS = [["gigabyte", 1e9], ["megabyte", 1e6], ["kilobyte", 1e3]];

export const when = (timestamp) => moment.format(new Date(timestamp));

export const count = (number) => number.toLocaleString(locale);

/** In decimal units. */
export function bytes(number) {
  const [unit, size] = UNITS.find(([, size]) => number >= size) ?? UNITS.at(-1);
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: size >= 1e6 ? 1 : 0 };
  return new Intl.NumberFormat(locale, format).format(number / size);
}
