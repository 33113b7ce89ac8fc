// Fills the form with a passkey's answer: to log in, or to add a passkey.

import { h } from "../ui/dom.js";
import * as passkeys from "../you/passkeys.js";

const form = document.querySelector("#passkey");
const { use, create } = JSON.parse(document.querySelector("#passkey-options").textContent);

async function fill(event) {
  event.preventDefault();
  try {
    form.elements.credential.value = JSON.stringify(await (use ? passkeys.use(use) : passkeys.create(create)));
    form.submit();
  } catch ({ message }) {
    form.querySelector("[role=alert]").replaceChildren(h("p.errornote", {}, message));
  }
}

form.addEventListener("submit", fill);
form.hidden = !passkeys.offered();
