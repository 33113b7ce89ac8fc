// A person's spending: today, with the rest of the budget, and earlier days.

import * as rest from "../client/rest.js";
import { makerOf } from "../picture/makers.js";
import { h } from "../ui/dom.js";
import { exactly } from "../ui/money.js";
import { locale, t } from "../ui/translate.js";

const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }); // days are in UTC

class OwnSpending extends HTMLElement {
  async connect() {
    const { today, days } = await rest.me.usage();
    this.append(h("h2", {}, t("What it cost")), h("p", {}, inWords(today)), ...(days.length ? [table(days, today.currency)] : []));
  }
}

function inWords({ currency, spent, reserved, ceiling, left, refills_at: refillsAt }) {
  const values = { spent: exactly(spent, currency), reserved: exactly(reserved, currency), time: clock.format(new Date(refillsAt)) };
  if (ceiling === null) return t("Today {spent} were spent, and {reserved} are reserved for what runs.", values);
  const bounded = { ...values, ceiling: exactly(ceiling, currency), left: exactly(left, currency) };
  return t("Today {spent} of {ceiling} were spent, and {reserved} are reserved for what runs: {left} are left. They refill at {time}.", bounded);
}

function table(days, currency) {
  const rows = days.map(({ day, spent, providers }) => h("tr", {},
    h("th", { scope: "row" }, date.format(new Date(`${day}T00:00:00Z`))),
    h("td", {}, exactly(spent, currency)),
    h("td", {}, Object.entries(providers).map(([name, cost]) => `${makerOf(name)} ${exactly(cost, currency)}`).join(", ")),
  ));
  const head = [t("Day"), t("Spent"), t("By provider")].map((name) => h("th", { scope: "col" }, name));
  return h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

customElements.define("own-spending", OwnSpending);
