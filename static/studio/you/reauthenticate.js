// Some requests need a recent sign-in: asks the person to authenticate again.

import { Problem } from "../client/problem.js";
import { confirmed } from "../ui/dialogs.js";
import { h } from "../ui/dom.js";
import * as allauth from "./allauth.js";
import { codeField, form, passwordField, quiet } from "./form.js";
import * as passkeys from "./passkeys.js";
import { words } from "./sentences.js";

const stopped = () => new Problem({ code: "cancelled", message: words.passkeyStopped });

/** The answer of `act()`, which is repeated after a reauthentication. Raises `Problem`. */
export async function reauthenticated(act) {
  const answer = await act();
  if (answer.status !== 401) return answer;
  if (!answer.meta.is_authenticated) {
    location.replace("/you/"); // signed out meanwhile, here or elsewhere
    throw stopped();
  }
  await again(answer.data.flows);
  return act();
}

/** Asks in a dialog, by the first method that this account has. */
async function again(flows) {
  const ways = new Map(flows.map((flow) => [flow.id, flow]));
  const types = ways.get("mfa_reauthenticate")?.types ?? [];
  if (ways.has("reauthenticate")) {
    return dialog([passwordField(words.password)], ({ password }) => allauth.post("auth/reauthenticate", { password }));
  }
  if (types.includes("webauthn") && passkeys.offered()) {
    const { data } = await allauth.get("auth/webauthn/reauthenticate");
    return allauth.post("auth/webauthn/reauthenticate", { credential: await passkeys.use(data.request_options) });
  }
  if (types.includes("totp")) {
    return dialog([codeField(words.code)], ({ code }) => allauth.post("auth/2fa/reauthenticate", { code: code.replaceAll(" ", "") }));
  }
  await allauth.post("auth/reauthenticate/code/request", ways.get("reauthenticate_by_code")?.recipients[0]);
  return dialog([h("p", {}, words.codeMailed), codeField(words.code)], ({ code }) => allauth.post("auth/reauthenticate/code/confirm", { code: code.trim() }));
}

function dialog(fields, send) {
  return new Promise((resolve, reject) => {
    const ask = form([h("h2", { id: "sure-title" }, words.reauthenticate), ...fields], words.confirm, async (values) => {
      const { status } = await send(values);
      if (status !== 200) throw new Problem({ code: "bad_input", message: words.usedUp });
      resolve();
      element.close();
    }, [quiet(words.cancel, () => element.close())]);
    const element = h("dialog", { "aria-labelledby": "sure-title" }, ask);
    element.addEventListener("close", () => {
      reject(stopped());
      element.remove();
    });
    document.body.append(element);
    element.showModal();
  });
}

/** Removes a sign-in method, after a question. Resolves with the answer, or with false if cancelled. */
export async function removed(text, path, body) {
  if (!(await confirmed({ title: words.removeTitle, text, confirm: words.remove }))) return false;
  return reauthenticated(() => allauth.remove(path, body));
}
