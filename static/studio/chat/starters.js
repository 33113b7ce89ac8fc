// What a newcomer can begin with: an example request, or a photo to change, their own or a sample.

import { t } from "../ui/translate.js";

const WORDS = t("Turn it into a pencil drawing"); // suggested for a photo; the person may change it before sending

const photoInput = () => document.querySelector('message-composer input[type="file"]:not([capture])');

/** Opens the file dialog. */
export function choosePhoto() {
  photoInput().click();
}

export function initStarters(composer) {
  on("[data-starter]", (button) => composer.send(button.textContent.trim()));
  on("[data-starter-photo]", () => {
    const done = new AbortController();
    const input = photoInput();
    input.addEventListener("change", () => suggest(composer, done), { signal: done.signal });
    input.addEventListener("cancel", () => done.abort(), { signal: done.signal });
    choosePhoto();
  });
  on("[data-sample]", async (button) => {
    button.disabled = true;
    await takeSample(composer, button.dataset.sample).finally(() => (button.disabled = false));
  });
}

function on(selector, act) {
  for (const button of document.querySelectorAll(selector)) button.addEventListener("click", () => act(button));
}

function suggest(composer, done) {
  done?.abort();
  if (!composer.text) composer.write(WORDS);
}

/** Takes the sample as if the person had chosen that file. */
async function takeSample(composer, url) {
  const answer = await fetch(url);
  const files = new DataTransfer();
  files.items.add(new File([await answer.blob()], "sample-photo.webp", { type: "image/webp" }));
  const input = photoInput();
  input.files = files.files;
  input.dispatchEvent(new Event("change"));
  suggest(composer);
}
