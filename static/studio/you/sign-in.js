// Signing in by password, code or passkey, and signing up.

import { h } from "../ui/dom.js";
import * as allauth from "./allauth.js";
import { codeField, emailField, form, passwordField, quiet } from "./form.js";
import * as passkeys from "./passkeys.js";
import { deviceOf, words } from "./sentences.js";

const PANELS = ["#sign-in", "#sign-up", "#code", "#forgotten"];

/** Calls `onEntered` after a sign-in. */
class SignIn extends HTMLElement {
  async connect(providers, onEntered) {
    this.providers = providers;
    this.onEntered = onEntered;
    window.addEventListener("hashchange", () => this.#panel());
    this.#panel();
    const panel = this.firstElementChild;
    const answer = await allauth.get("auth/session"); // a flow may have begun before this page was loaded
    if (allauth.pending(answer) && this.firstElementChild === panel) this.#follow(answer); // unless the person has gone on meanwhile
  }

  #panel() {
    const show = { "#sign-up": () => this.#signUp(), "#code": () => this.#byCode(), "#forgotten": () => this.#forgotten() };
    (show[location.hash] ?? (() => this.#signIn()))();
  }

  #show(title, ...children) {
    this.replaceChildren(h("h2", {}, title), ...children.filter(Boolean));
    if (matchMedia("(hover: hover)").matches) this.querySelector("input")?.focus();
  }

  /** A panel's name goes into the address, so that "back" works. */
  #go(panel) {
    if (location.hash === panel) this.#panel();
    else location.hash = PANELS.includes(panel) ? panel : PANELS[0];
  }

  /** Shows the next step of the flow. */
  #follow(answer) {
    if (answer.status === 200) return this.onEntered();
    const next = allauth.pending(answer);
    const shows = {
      verify_email: () => this.#enterCode("auth/email/verify", "key", "auth/email/verify/resend"),
      login_by_code: () => this.#enterCode("auth/code/confirm", "code"),
      password_reset_by_code: () => this.#newPassword(),
      mfa_authenticate: () => this.#secondStep(next.types),
      provider_signup: () => this.#whichAddress(),
      mfa_signup_webauthn: () => this.#firstPasskey(),
    };
    if (next && shows[next.id]) return shows[next.id]();
    return this.#go("#sign-in");
  }

  /** Sends a step. One that is too late, or was done in another tab, starts over. */
  async #step(path, body) {
    const answer = await allauth.post(path, body);
    if (answer.status === 409) throw new Error((await allauth.get("auth/session")).status === 200 ? words.somebodyElse : words.usedUp);
    this.#follow(answer);
  }

  #signIn() {
    const send = ({ email, password }) => this.#step("auth/login", { email, password });
    const others = [
      quiet(words.mailCode, () => this.#go("#code")),
      passkeys.offered() && quiet(words.withPasskey, () => this.#byPasskey()),
      quiet(words.forgotten, () => this.#go("#forgotten")),
      quiet(words.noAccount, () => this.#go("#sign-up")),
    ];
    this.#show(words.signIn, form([emailField(words.email), passwordField(words.password)], words.signIn, send), h("div.or", {}, ...others), this.#others());
  }

  #others() {
    const go = async (id) => {
      try {
        await allauth.goTo(id, "login");
      } catch ({ message }) {
        this.#mistake(message);
      }
    };
    const button = ({ id, name }) => h("button", { type: "button", onclick: () => go(id) }, words.with(name));
    return this.providers.length > 0 && h("div.row", {}, ...this.providers.map(button));
  }

  #mistake(text) {
    this.querySelector(".mistake.extra")?.remove();
    this.append(h("p.mistake.extra", { role: "alert" }, text));
  }

  #whichAddress() {
    const send = ({ email }) => this.#step("auth/provider/signup", { email });
    this.#show(words.signUp, h("p", {}, words.whichAddress), form([emailField(words.email)], words.mailTheCode, send), h("div.or", {}, this.#startOver()));
  }

  #signUp() {
    const send = ({ email, password }) => this.#step("auth/signup", { email, password });
    const fields = [emailField(words.email), passwordField(words.password, "new-password"), h("p.note", {}, words.tenCharacters)];
    const passkey = passkeys.offered() && quiet(words.withPasskey, () => this.#signUpWithPasskey());
    const back = h("div.or", {}, passkey, quiet(words.haveAccount, () => this.#go("#sign-in")));
    this.#show(words.signUp, form(fields, words.signUp, send), back, this.#others());
  }

  #signUpWithPasskey() {
    const send = ({ email }) => this.#step("auth/webauthn/signup", { email });
    this.#show(words.signUp, h("p", {}, words.addressFirst), form([emailField(words.email)], words.mailTheCode, send), h("div.or", {}, this.#back()));
  }

  /** The passkey of a sign-up without a password. */
  #firstPasskey() {
    const send = async () => {
      const { data } = await allauth.get("auth/webauthn/signup");
      const credential = await passkeys.create(data.creation_options);
      this.#follow(await allauth.ask("PUT", "auth/webauthn/signup", { name: deviceOf(navigator.userAgent), credential }));
    };
    this.#show(words.signUp, h("p", {}, words.nowThePasskey), form([], words.addPasskey, send), h("div.or", {}, this.#startOver()));
  }

  #byCode() {
    const send = ({ email }) => this.#step("auth/code/request", { email });
    this.#show(words.signIn, form([emailField(words.email)], words.mailTheCode, send), h("div.or", {}, this.#back()));
  }

  #forgotten() {
    const send = ({ email }) => this.#step("auth/password/request", { email });
    this.#show(words.forgotten, form([emailField(words.email)], words.mailTheCode, send), h("div.or", {}, this.#back()));
  }

  #enterCode(path, name, again = null) {
    const said = h("p.note", { role: "status" });
    const resend = again && quiet(words.resend, async () => {
      const { status } = await allauth.post(again).catch(({ message }) => ({ status: message }));
      said.textContent = status === 200 ? words.resent : typeof status === "string" ? status : words.usedUp;
    });
    const send = ({ code }) => this.#step(path, { [name]: code.trim() });
    this.#show(words.code, h("p", {}, words.codeMailed), form([codeField(words.code)], words.confirm, send), said,
      h("div.or", {}, resend, this.#startOver()));
  }

  #newPassword() {
    const send = ({ code, password }) => this.#step("auth/password/reset", { key: code.trim(), password });
    const fields = [codeField(words.code), passwordField(words.newPassword, "new-password"), h("p.note", {}, words.tenCharacters)];
    this.#show(words.forgotten, h("p", {}, words.codeMailed), form(fields, words.confirm, send), h("div.or", {}, this.#startOver()));
  }

  #secondStep(types) {
    const send = ({ code }) => this.#step("auth/2fa/authenticate", { code: code.replaceAll(" ", "") });
    const digits = (types.includes("totp") || types.includes("recovery_codes")) && form([codeField(words.code, { inputmode: "numeric" })], words.confirm, send);
    const key = types.includes("webauthn") && passkeys.offered() &&
      quiet(words.withPasskey, () => this.#withPasskey("auth/webauthn/authenticate"));
    const text = types.includes("totp") ? words.secondStep : words.secondStepPasskey;
    this.#show(words.signIn, h("p", {}, text), digits, h("div.or", {}, key, this.#startOver()));
  }

  #byPasskey() {
    return this.#withPasskey("auth/webauthn/login");
  }

  async #withPasskey(path) {
    try {
      const { data } = await allauth.get(path);
      await this.#step(path, { credential: await passkeys.use(data.request_options) });
    } catch ({ message }) {
      this.#mistake(message);
    }
  }

  #back() {
    return quiet(words.haveAccount, () => this.#go("#sign-in"));
  }

  /** Cancels the flow, here and on the server. */
  #startOver() {
    return quiet(words.startOver, async () => {
      await allauth.remove("auth/session").catch(() => {});
      this.#go("#sign-in");
    });
  }
}

customElements.define("sign-in", SignIn);
