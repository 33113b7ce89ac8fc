// The page "You": signing in and up, or the sections of an account.

import { person } from "../client/person.js";
import * as rest from "../client/rest.js";
import { config } from "../ui/config.js";
import { h } from "../ui/dom.js";
import { notice } from "../ui/notice.js";
import { account } from "./account.js";
import * as allauth from "./allauth.js";
import "./sign-in.js";
import "./spending.js";
import { words } from "./sentences.js";

const { user, guests, mail_is_printed: mailIsPrinted, bring, providers } = config;
const place = document.querySelector("#you");
const isSignedIn = user && !user.is_guest;

function outside() {
  const text = !guests ? words.noGuests : user ? words.guest : words.visitor;
  const element = h("sign-in");
  place.append(...[h("p", {}, text), element, mailIsPrinted && h("p.note", {}, words.printed)].filter(Boolean));
  element.connect(providers, () => location.replace("/you/")).catch((problem) => notice(problem.message));
}

/** Asks once whether the guest's things shall move to the account. */
function question() {
  const card = h("section", {}, h("h2", {}, words.bringTitle), h("p", {}, words.bringText));
  const answer = (yes, text, said) => h(yes ? "button.primary" : "button", { type: "button", onclick: async () => {
    try {
      await rest.bring(yes);
      card.remove();
      notice(said);
    } catch (problem) {
      notice(problem.message);
    }
  } }, text);
  card.append(h("div.row", {}, answer(true, words.bring, words.brought), answer(false, words.leave, words.left)));
  return card;
}

if (isSignedIn) place.append(...[bring && question(), ...account(user, providers)].filter(Boolean));
else outside();
if (user && config.costs) {
  const spending = h("own-spending");
  place.append(spending);
  spending.connect().catch((problem) => notice(problem.message));
}
if (user) place.append(h("a.button", { href: "/you/keys/" }, words.keysAndThings));
if (new URLSearchParams(location.search).has("error")) {
  notice(words.otherFailed(providers.map(({ name }) => name).join(", ")));
  history.replaceState(null, "", "/you/");
}
// Another tab may report this tab's sign-in before the answer is here.
person.addEventListener("changed", () => allauth.settled().then(() => location.reload()));
