// Money as the page's language writes it.

import { locale } from "./translate.js";

/** Rounded up to a cent, as what something may cost. */
export const atMost = (amount, currency) => written(Math.ceil(amount * 100 - 1e-9) / 100, currency);

/** Of what was spent, with as many digits as small sums need. */
export const exactly = (amount, currency) => written(amount, currency, 4);

const written = (amount, currency, digits = 2) =>
  new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits }).format(amount);
