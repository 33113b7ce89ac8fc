// Dates and sizes as the person's own browser writes them.

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const UNITS = [["gigabyte", 1e9], ["megabyte", 1e6], ["kilobyte", 1e3]];

export const when = (timestamp) => moment.format(new Date(timestamp));

export const count = (number) => number.toLocaleString();

/** By a thousand, as disks are sold. */
export function bytes(number) {
  const [unit, size] = UNITS.find(([, size]) => number >= size) ?? UNITS.at(-1);
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: size >= 1e6 ? 1 : 0 };
  return new Intl.NumberFormat(undefined, format).format(number / size);
}
