// Passkeys, and the second step after a password.

import { askLine } from "../ui/dialogs.js";
import { h } from "../ui/dom.js";
import { notice } from "../ui/notice.js";
import * as allauth from "./allauth.js";
import { codeField, form, quiet } from "./form.js";
import * as passkeys from "./passkeys.js";
import { reauthenticated, removed } from "./reauthenticate.js";
import { deviceOf, words } from "./sentences.js";

const PATH = "account/authenticators";

/** The two sections. */
export function authenticators() {
  const keys = h("section");
  const app = h("section");
  const show = async () => {
    const { data } = await allauth.get(PATH);
    const of = (type) => data.filter((each) => each.type === type);
    keys.replaceChildren(...passkeySection(of("webauthn"), act));
    app.replaceChildren(...appSection(of("totp").length > 0, of("recovery_codes").length > 0, app, act));
  };
  /** Carries out `doing`, shows the sections again, and a notice. */
  async function act(doing, said = null) {
    try {
      if ((await doing()) === false) return;
      await show();
      if (said) notice(said);
    } catch (problem) {
      notice(problem.message);
    }
  }
  act(() => {});
  return [keys, app];
}

function passkeySection(found, act) {
  const row = ({ id, name }) => h("li.row", {}, h("span.grow", {}, name),
    quiet(words.remove, () => act(() => removed(words.removePasskey, `${PATH}/webauthn`, { authenticators: [id] }), words.removed)));
  const add = passkeys.offered()
    ? h("button", { type: "button", onclick: () => act(addPasskey, words.added) }, words.addPasskey)
    : h("p.note", {}, words.noPasskeys);
  return [h("h2", {}, words.passkeysTitle), h("p", {}, words.passkeysText), h("ul.things", {}, ...found.map(row)), h("div.row", {}, add)];
}

async function addPasskey() {
  const { data } = await reauthenticated(() => allauth.get(`${PATH}/webauthn?passwordless`));
  const credential = await passkeys.create(data.creation_options);
  const name = (await askLine({ title: words.passkeyName, label: words.name, value: deviceOf(navigator.userAgent), confirm: words.addPasskey }))
    ?? words.passkeyOfHere;
  await reauthenticated(() => allauth.post(`${PATH}/webauthn`, { name, credential }));
}

function appSection(isOn, hasCodes, section, act) {
  const title = h("h2", {}, words.appTitle);
  const codes = hasCodes && quiet(words.showRecovery, () => act(async () => {
    const { data } = await reauthenticated(() => allauth.get(`${PATH}/recovery-codes`));
    section.append(h("p.note", {}, words.recovery), h("ul.codes", {}, ...(data.unused_codes ?? []).map((code) => h("li", {}, code))));
    return false;
  }));
  if (isOn) {
    const off = () => act(() => removed(words.appOffText, `${PATH}/totp`), words.appIsOff);
    return [title, h("p", {}, words.appOn), h("div.row", {}, h("button", { type: "button", onclick: off }, words.appTurnOff), codes)];
  }
  const on = () => act(async () => {
    const { meta } = await reauthenticated(() => allauth.get(`${PATH}/totp`));
    section.replaceChildren(title, ...scanning(meta, act));
    return false;
  });
  return [title, h("p", {}, words.appText), h("div.row", {}, h("button", { type: "button", onclick: on }, words.appTurnOn), codes)];
}

function scanning({ secret, totp_svg: svg }, act) {
  const send = async ({ code }) => {
    await reauthenticated(() => allauth.post(`${PATH}/totp`, { code: code.replaceAll(" ", "") }));
    await act(() => {}, words.appIsOn);
  };
  const picture = svg && h("img.qr", { alt: "", src: `data:image/svg+xml;base64,${btoa(svg)}` });
  return [h("p", {}, words.appScan), picture, h("code", {}, secret), form([codeField(words.code, { inputmode: "numeric" })], words.confirm, send)].filter(Boolean);
}
