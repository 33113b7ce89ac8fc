// The sections of an account: signing out, password, passkeys, the second step, and where it is signed in.

import { h } from "../ui/dom.js";
import { notice } from "../ui/notice.js";
import * as allauth from "./allauth.js";
import { codeField, emailField, form, passwordField, quiet } from "./form.js";
import { reauthenticated, removed } from "./reauthenticate.js";
import { authenticators } from "./authenticators.js";
import { deviceOf, words } from "./sentences.js";
import { locale } from "../ui/translate.js";

/** Sections of the page. */
export function account(user, providers) {
  return [whoAndOut(user), ...authenticators(), others(providers), address(), password(), places()];
}

/** Other sign-in services, if the studio has any. */
function others(providers) {
  if (!providers.length) return null;
  const list = h("ul.things");
  const show = ({ data }) => list.replaceChildren(...providers.map((each) => row(each, data.find(({ provider }) => provider.id === each.id))));
  const act = (doing) => doing().catch((problem) => notice(problem.message));
  function row({ id, name }, connected) {
    const disconnect = () => act(async () => {
      const answer = await removed(words.disconnectText, "account/providers", { provider: id, account: connected.uid });
      if (!answer) return;
      show(answer);
      notice(words.disconnected);
    });
    return h("li.row", {}, h("span.grow", {}, name, connected && h("small", {}, words.connected)),
      connected ? quiet(words.disconnect, disconnect) : quiet(words.connect(name), () => act(() => allauth.goTo(id, "connect"))));
  }
  act(async () => show(await allauth.get("account/providers")));
  return h("section", {}, h("h2", {}, words.othersTitle), list);
}

function whoAndOut({ email }) {
  const out = async () => {
    try {
      await allauth.remove("auth/session");
      await forgetHere();
      location.replace("/you/");
    } catch (problem) {
      notice(problem.message);
    }
  };
  return h("section", {}, h("p", { id: "signed-in-as" }, words.signedInAs(email)), h("div.row", {}, h("button", { type: "button", onclick: out }, words.signOut)));
}

/** A new address is used once the code that is mailed there is entered. */
function address() {
  const section = h("section");
  const show = (...children) => section.replaceChildren(h("h2", {}, words.addressTitle), ...children);
  const ask = () => show(form([emailField(words.newAddress)], words.changeAddress, async ({ email }) => {
    await reauthenticated(() => allauth.post("account/email", { email }));
    enter(email);
  }));
  const enter = (email) => show(h("p", {}, words.addressCode(email)), form([codeField(words.code)], words.confirm, async ({ code }) => {
    const { status } = await allauth.post("auth/email/verify", { key: code.trim() });
    if (status === 409) throw new Error(words.usedUp);
    notice(words.addressChanged);
    const { data } = await allauth.get("auth/session");
    document.querySelector("#signed-in-as").textContent = words.signedInAs(data.user.email);
    ask();
  }, [quiet(words.cancel, ask)]));
  ask();
  return section;
}

function password() {
  const section = h("section", {}, h("h2", {}, words.passwordTitle));
  const current = passwordField(words.currentPassword);
  const renewed = passwordField(words.newPassword, "new-password");
  renewed.querySelector("input").name = "renewed";
  const send = async (values) => {
    await reauthenticated(() => allauth.post("account/password/change", { current_password: values.password, new_password: values.renewed }));
    section.querySelector("form").reset();
    notice(words.passwordChanged);
  };
  section.append(form([current, renewed, h("p.note", {}, words.tenCharacters)], words.changePassword, send));
  allauth.get("auth/session").then(({ data }) => {
    if (data.user?.has_usable_password !== false) return;
    current.remove();
    section.querySelector("button").textContent = words.setPassword;
  }, () => {});
  return section;
}

function places() {
  const list = h("ul.things");
  const show = ({ data }) => list.replaceChildren(...[...data].sort((a, b) => b.is_current - a.is_current || b.created_at - a.created_at).map(row));
  const when = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  function row({ id, user_agent: agent, ip, created_at: at, is_current: isHere }) {
    const out = async () => {
      try {
        show(await allauth.remove("auth/sessions", { sessions: [id] }));
        notice(words.signedOutThere);
      } catch (problem) {
        notice(problem.message);
      }
    };
    const text = words.signedInOn(when.format(at * 1000), ip);
    return h("li.row", {}, h("span.grow", {}, deviceOf(agent), h("small", {}, text)),
      isHere ? h("span", {}, words.here) : quiet(words.signOutThere, out));
  }
  allauth.get("auth/sessions").then(show, (problem) => notice(problem.message));
  return h("section", {}, h("h2", {}, words.placesTitle), list);
}

/** Removes this person's data from the browser: stored chats, cached pages and pictures. */
async function forgetHere() {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith("studio.") && key !== "studio.theme");
  kept.forEach((key) => localStorage.removeItem(key));
  await Promise.all(["studio-pages", "studio-pictures"].map((name) => globalThis.caches?.delete(name)));
}
