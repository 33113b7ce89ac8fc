// Each chat has its own unsent message: it is stored when the page shows another chat, and comes back with its own.

import { HalfWritten } from "../client/half-written.js";
import * as rest from "../client/rest.js";
import { notice } from "../ui/notice.js";
import { t } from "../ui/translate.js";

const NEW = "new"; // a chat that has no id yet
const NOTHING = { text: "", photos: [] };
const chatOf = ({ sessionId }) => sessionId ?? NEW;

export function keepHalfWritten({ composer, studio, person }) {
  const { store } = studio;
  const kept = new HalfWritten(person.id);
  let view = null;

  function follow() {
    const before = view;
    view = store.view;
    if (before && chatOf(before) === chatOf(view)) return;
    if (before?.draft && before.draft === view.draft && !before.sessionId) move(before, view);
    else restore(kept.read(chatOf(view)));
  }

  /** The new chat has its id now: the unsent message moves there, and the message box stays as it is. */
  function move(before, after) {
    kept.write(chatOf(before), NOTHING);
    kept.write(chatOf(after), composer.written);
  }

  function restore(written) {
    composer.restore(written ?? NOTHING);
    if (written?.missing) notice(t("A photo had not been uploaded when you left this chat. Please add it again."));
    written?.photos.forEach(({ image }) => removeIfGone(image, chatOf(view)));
  }

  async function removeIfGone(image, chat) {
    const gone = await rest.gallery.get(image.id).then(({ state }) => state !== "shown", ({ code }) => code === "not_found");
    if (!gone) return;
    const others = ({ photos }) => photos.filter((photo) => photo.image.id !== image.id);
    if (chatOf(view) !== chat) { // so that it is not looked up again
      const written = kept.read(chat);
      if (written) kept.write(chat, { ...written, photos: others(written) });
      return;
    }
    if (others(composer.written).length === composer.written.photos.length) return;
    composer.letGo(image);
    notice(t("A picture that was attached is no longer here."));
  }

  composer.addEventListener("written", () => {
    if (view && chatOf(view) === chatOf(store.view)) kept.write(chatOf(view), composer.written);
  });
  kept.onRemoved(NEW, () => view && chatOf(view) === NEW && kept.write(NEW, composer.written)); // another tab may have sent its own new chat
  store.addEventListener("change", follow);
  person.addEventListener("known", () => kept.belongTo(person.id));
  studio.addEventListener("lost", ({ detail: { sessionId } }) => kept.forget(sessionId));
}
