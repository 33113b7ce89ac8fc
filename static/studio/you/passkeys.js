// Passkeys, in the server's JSON form.

import { Problem } from "../client/problem.js";
import { words } from "./sentences.js";

/** Browsers offer none on plain http from another machine, nor for an IP address. */
export const offered = () =>
  Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON) && !/^[\d.]+$|^\[/.test(location.hostname);

export const create = ({ publicKey }) =>
  used(() => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) }));

export const use = ({ publicKey }) =>
  used(() => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) }));

async function used(act) {
  try {
    return (await act()).toJSON();
  } catch {
    throw new Problem({ code: "cancelled", message: words.passkeyStopped });
  }
}
