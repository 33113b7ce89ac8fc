// A form that a passkey fills: to log in with, or to be added.

import * as passkeys from "../you/passkeys.js";

const form = document.querySelector("#passkey");
const mistake = form.querySelector(".errornote");
const { use, create } = JSON.parse(document.querySelector("#passkey-options").textContent);

async function fill(event) {
  event.preventDefault();
  try {
    form.elements.credential.value = JSON.stringify(await (use ? passkeys.use(use) : passkeys.create(create)));
    form.submit();
  } catch ({ message }) {
    mistake.textContent = message;
    mistake.hidden = false;
  }
}

form.addEventListener("submit", fill);
form.hidden = !passkeys.offered();
