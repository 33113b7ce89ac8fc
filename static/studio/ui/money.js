// Formats money in the page's language.

import { locale } from "./translate.js";

/** Rounded up to a cent: what something may cost at most. */
export const atMost = (amount, currency) => written(Math.ceil(amount * 100 - 1e-9) / 100, currency);

/** What was spent, with up to four digits for small sums. */
export const exactly = (amount, currency) => written(amount, currency, 4);

const written = (amount, currency, digits = 2) =>
  new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits }).format(amount);
