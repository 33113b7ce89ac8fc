// The chat page: connects its elements with the studio (client/studio.js).

import "./composer.js";
import { config } from "../ui/config.js";
import "./conversation.js";
import { askDeleteSession, askLine } from "../ui/dialogs.js";
import { newId, pictureUrl, setWords } from "../ui/dom.js";
import { downloadLink } from "../ui/download.js";
import { initDrawer } from "../ui/drawer.js";
import "./link-state.js";
import { announce, notice } from "../ui/notice.js";
import "../ui/offline.js";
import "../ui/visible-height.js";
import { OfflineCache } from "../client/offline-cache.js";
import { Pictures } from "./pictures.js";
import * as rest from "../client/rest.js";
import { person } from "../client/person.js";
import { keepHalfWritten } from "./half-written.js";
import { requests, variations } from "./sending.js";
import "./session-list.js";
import { titleOf } from "./session-list.js";
import { choosePhoto, initStarters } from "./starters.js";
import { takeSources } from "../gallery/handoff.js";
import { Studio } from "../client/studio.js";
import { varies, requestFor } from "../picture/actions.js";
import { adjustByHand, look, paintObject, paintPart, stopLooking } from "../picture/windows.js";
import { announcement, hiddenSentence, nameOf } from "../picture/labels.js";
import { t } from "../ui/translate.js";

const NAME = "AI Photo Studio";
const RELOADED_KEY = "studio.reloaded";
const RELOAD_EVERY_MS = 30_000;

const { limits } = config;
const studio = new Studio(person);
const { store, outbox } = studio;
const cache = new OfflineCache(store, person);
const pictures = new Pictures(store);
const conversation = document.querySelector("studio-conversation");
const composer = document.querySelector("message-composer");
const drawer = initDrawer();

// Where we are: "/", or one session

function sessionInAddress() {
  return location.pathname.match(/^\/chat\/([^/]+)\/?$/)?.[1] ?? null;
}

/** "/" shows the newest draft of the outbox, which has no address of its own. */
function show() {
  const sessionId = sessionInAddress();
  const draft = sessionId ? null : (outbox.entries().findLast((entry) => !entry.session_id)?.draft ?? null);
  studio.show({ sessionId, draft });
}

function go(path, view) {
  if (path !== location.pathname) history.pushState(null, "", path);
  studio.show(view);
  drawer.close();
}

const goHome = () => go("/", {});
const goTo = (sessionId, draft = null) => go(`/chat/${sessionId}/`, { sessionId, draft });

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-route]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const [, sessionId] = link.pathname.match(/^\/chat\/([^/]+)\/$/) ?? [];
  if (sessionId) goTo(sessionId);
  else goHome();
  composer.querySelector("#say").focus();
});
window.addEventListener("popstate", show);

// What the elements ask for

/** The session on the page, or the draft of one, that a new request belongs to. */
function here() {
  const { sessionId, draft: known } = store.view;
  const draft = sessionId ? null : (known ?? newId());
  if (draft !== known) store.show({ sessionId, draft });
  return { session_id: sessionId, draft };
}

function send(request) {
  for (const image of request.sources ?? [request.source]) if (image) pictures.remember(image);
  outbox.add(requests(here(), request));
  conversation.toEnd();
}

/** A quick action. The object to remove is marked with the brush. */
async function act({ image, tool, style, mask = null }) {
  const painted = tool === "remove_object" && !mask ? await paintObject(image) : { mask };
  if (!painted) return;
  composer.letGo(image);
  send({ ...requestFor(tool, { style, words: painted.words }), source: image, mask: painted.mask });
}

/** Four more of the same, in the same card. */
function vary({ image }) {
  const message = messageOf(image);
  if (!message) return;
  outbox.add(variations(here(), message, limits.variations));
  conversation.showMore(message);
}

/** Read by REST, for the reason in the page's language: an event has none. */
const sayWhy = ({ id }) => rest.gallery.get(id).then((image) => image.state === "hidden" && notice(hiddenSentence(image)), () => {});

const messageOf = (image) => store.messages.find((message) => message.image?.id === image.id);

/** Puts a request back into the input, to be changed and sent again. All variations of a refused one go. */
function rewrite({ message }) {
  discard({ message });
  composer.write(message.content);
}

function discard({ message }) {
  const original = message.variation_of ?? message.client_id;
  const tied = outbox.entries().filter((e) => e.client_id === original || e.command.variation_of === original);
  outbox.remove(message.status === "REFUSED" ? tied.map((entry) => entry.client_id) : [message.client_id]);
}

/** Carries out a suggestion's action, on the picture that it names, else on the message's own. */
async function carryOut({ action, imageId, message }) {
  if (action === "photo") return choosePhoto();
  const image = imageId ? await rest.gallery.get(imageId) : message.image ?? shownBefore(message);
  if (image?.state !== "shown") return notice(t("This picture is not here any more."));
  if (action === "delete") return remove(image);
  if (action === "brush") return act({ image, tool: "remove_object" });
  if (action === "download") return downloadLink(pictureUrl(image.url)).click();
  return ANSWERS.look({ image });
}

async function remove(image) {
  await rest.gallery.remove(image.id);
  composer.letGo(image);
  notice(t("It is in the trash of your gallery, and can be brought back from there."));
}

/** The last picture before this message; it may not have been ready yet when the suggestion was made. */
function shownBefore(message) {
  const at = store.messages.findIndex(({ id }) => id === message.id);
  return store.messages.slice(0, at).findLast(({ image }) => image?.state === "shown")?.image;
}

async function renameSession({ id }) {
  const value = store.session(id)?.title ?? "";
  const title = await askLine({ title: t("Rename this chat"), label: t("Title"), value, confirm: t("Rename") });
  if (title) store.applySession(await rest.sessions.rename(id, title));
}

async function deleteSession({ id }) {
  const pictures = await askDeleteSession(titleOf(store.session(id)));
  if (pictures) await studio.deleteSession(id, pictures);
}

function edit({ image }) {
  composer.attach(image, t("Your next message edits this picture"));
}

/** A picture's description: the text of its request, else its name in the gallery. */
const wordsOf = (image) => messageOf(image)?.content ?? nameOf(image);

/** The pictures of the conversation, in its order. */
const shown = () => store.messages.map((message) => message.image).filter((image) => image?.state === "shown");

/** Focuses the picture that the viewer showed last. */
function closed(image) {
  const open = [...document.querySelectorAll("picture-box .open")].find(({ dataset }) => dataset.url === image.url);
  if (!open || document.activeElement === open) return;
  open.focus({ preventScroll: true });
  open.scrollIntoView({ block: "nearest" });
}

function use({ group: { members } }) {
  const refined = members.find((message) => message.refined_prompt)?.refined_prompt;
  composer.write(refined ?? members[0].content);
}

const runningIn = (group) => group.members.filter((message) => message.status === "PROCESSING");
const stop = (message) => studio.command("message.cancel", { message_id: message.id });

const ANSWERS = {
  send,
  rewrite,
  discard,
  edit,
  use,
  stop: ({ message }) => stop(message),
  "stop-all": ({ group }) => Promise.all(runningIn(group).map(stop)),
  "carry-out": carryOut,
  retry: ({ message }) => studio.command("message.retry", { message_id: message.id }),
  look: ({ image }) => look(image, { wordsOf, varies: (other) => varies(messageOf(other), config.varying), pictures: shown, closed }),
  adjust: async ({ image }) => {
    const change = await adjustByHand(image);
    if (!change) return;
    composer.letGo(image);
    send({ ...change, source: image });
  },
  tool: act,
  part: async ({ image }) => {
    const painted = await paintPart(image);
    if (painted) composer.limitTo(image, painted.mask);
  },
  variations: vary,
  rename: renameSession,
  delete: deleteSession,
  earlier: () => studio.loadEarlier(),
  "more-sessions": () => studio.loadSessions(store.sessionsNext),
  reconnect: () => studio.wake(),
};

document.addEventListener("ask", async ({ detail }) => {
  try {
    await ANSWERS[detail.what](detail);
  } catch (problem) {
    notice(problem.message);
  }
});
/** With a photo attached, the starters are those for photos. */
composer.addEventListener("photo", () => {
  document.querySelector("#welcome").toggleAttribute("data-photo", composer.hasPhotos);
});

// What the studio tells

studio.addEventListener("session", ({ detail: { draft, session } }) => {
  if (!store.view.sessionId && store.view.draft === draft) goTo(session.id, draft);
});
studio.addEventListener("lost", ({ detail: { sessionId } }) => {
  cache.forget(sessionId);
  const here = store.view.sessionId === sessionId;
  const draft = here ? newId() : null;
  outbox.orphan(sessionId, draft ?? newId());
  if (!here) return;
  history.replaceState(null, "", "/");
  studio.show({ draft });
  notice(t("This chat is no longer here."));
  composer.querySelector("#say").focus();
});
person.addEventListener("changed", () => location.reload());
studio.addEventListener("unauthenticated", () => {
  const last = Number(sessionStorage.getItem(RELOADED_KEY));
  if (Date.now() - last < RELOAD_EVERY_MS) return notice(t("The studio does not know this browser. Are cookies allowed?"));
  sessionStorage.setItem(RELOADED_KEY, Date.now());
  location.reload();
});
store.addEventListener("message", ({ detail: { before, after } }) => {
  if (after.session_id === store.view.sessionId) announce(announcement(before, after));
  if (after.image && after.image.state !== "shown") stopLooking(after.image.id);
});
store.addEventListener("image", ({ detail: { image } }) => {
  if (image.state === "shown") return;
  composer.letGo(image);
  stopLooking(image.id);
  if (image.state === "hidden" && image.appeal === null) sayWhy(image);
});
store.addEventListener("change", () => {
  const session = store.session(store.view.sessionId);
  const name = session?.title ? `${session.title} · ${NAME}` : NAME;
  setWords(document.querySelector("#where"), titleOf(session));
  document.title = store.running ? `(${store.running}) ${name}` : name;
});

composer.connect(limits, config.cost);
initStarters(composer);
keepHalfWritten({ composer, studio, person });
document.querySelector("session-list").connect(store);
document.querySelectorAll("link-state").forEach((element) => element.connect({ store, outbox }));
conversation.connect({ store, outbox, pictures, welcome: document.querySelector("#welcome") });
show();
takeSources().then((images) => images.length && edit({ image: images }), (problem) => notice(problem.message));
outbox.flush();
studio.loadSessions().catch((problem) => notice(problem.message));
if (matchMedia("(hover: hover)").matches) composer.querySelector("#say").focus();
