// The chat page: what a person does goes to the studio, what the studio knows is shown by its elements.

import "./composer.js";
import { config } from "./config.js";
import "./conversation.js";
import { askDeleteSession, askLine } from "./dialogs.js";
import { newId, setText } from "./dom.js";
import { initDrawer } from "./drawer.js";
import "./link-state.js";
import { paintObject, paintPart } from "./mask-brush.js";
import { announce, notice } from "./notice.js";
import { Pictures } from "./pictures.js";
import * as rest from "./rest.js";
import { requests, variations } from "./sending.js";
import "./session-list.js";
import { titleOf } from "./session-list.js";
import { takeErrand, takeSource } from "./errand.js";
import { Studio } from "./studio.js";
import { varies, wishFor } from "./tools.js";
import { look, stopLooking } from "./viewer.js";
import { announcement, nameOf } from "./words.js";

const NAME = "AI Photo Studio";
const RELOADED_KEY = "studio.reloaded";
const RELOAD_EVERY_MS = 30_000;

const { user, limits } = config;
const studio = new Studio(user.id);
const { store, outbox } = studio;
const pictures = new Pictures(store);
const conversation = document.querySelector("studio-conversation");
const composer = document.querySelector("message-composer");
const drawer = initDrawer();

// Where we are: "/", or one session

function sessionInAddress() {
  return location.pathname.match(/^\/chat\/([^/]+)\/?$/)?.[1] ?? null;
}

/** What was never sent has no address of its own: home shows the last of it. */
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

/** Where what is sent now belongs: to the session on the page, or to the draft of one. */
function here() {
  const { sessionId, draft: known } = store.view;
  const draft = sessionId ? null : (known ?? newId());
  if (draft !== known) store.show({ sessionId, draft });
  return { session_id: sessionId, draft };
}

function send(request) {
  if (request.source) pictures.remember(request.source);
  outbox.add(requests(here(), request));
  conversation.toEnd();
}

/** A quick action. Which object goes, the person shows with the brush. */
async function act({ image, tool, style }) {
  const painted = tool === "remove_object" ? await paintObject(image) : {};
  if (painted) send({ ...wishFor(tool, { style, words: painted.words }), source: image, mask: painted.mask });
}

/** Four more of the same, in the same card. */
function vary({ image }) {
  const message = messageOf(image);
  if (!message) return;
  outbox.add(variations(here(), message, limits.variations));
  conversation.showMore(message);
}

const messageOf = (image) => store.messages.find((message) => message.image?.id === image.id);

/** Back into the input, to be changed and sent again. All variations of a refused request leave together. */
function rewrite({ message }) {
  discard({ message });
  composer.write(message.content);
}

function discard({ message }) {
  const original = message.variation_of ?? message.client_id;
  const tied = outbox.entries().filter((e) => e.client_id === original || e.command.variation_of === original);
  outbox.remove(message.status === "REFUSED" ? tied.map((entry) => entry.client_id) : [message.client_id]);
}

async function renameSession({ id }) {
  const value = store.session(id)?.title ?? "";
  const title = await askLine({ title: "Rename this chat", label: "Title", value, confirm: "Rename" });
  if (title) store.applySession(await rest.sessions.rename(id, title));
}

async function deleteSession({ id }) {
  const pictures = await askDeleteSession(titleOf(store.session(id)));
  if (pictures) await studio.deleteSession(id, pictures);
}

function edit({ image }) {
  composer.attach(image, "Your next message edits this picture");
}

/** What a picture shows: in the words of its request, or under its name in the gallery. */
const wordsOf = (image) => messageOf(image)?.content ?? nameOf(image);

function use({ group: { members } }) {
  const refined = members.find((message) => message.refined_prompt)?.refined_prompt;
  composer.write(refined ?? members[0].content);
}

const running = (group) => group.members.filter((message) => message.status === "PROCESSING");
const stop = (message) => studio.command("message.cancel", { message_id: message.id });

const ANSWERS = {
  send,
  rewrite,
  discard,
  edit,
  use,
  stop: ({ message }) => stop(message),
  "stop-all": ({ group }) => Promise.all(running(group).map(stop)),
  retry: ({ message }) => studio.command("message.retry", { message_id: message.id }),
  look: ({ image }) => look(image, { wordsOf, varies: (other) => varies(messageOf(other), config.varying) }),
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
document.querySelectorAll("[data-starter]").forEach((button) => {
  button.addEventListener("click", () => composer.send(button.textContent.trim()));
});

// What the studio tells

studio.addEventListener("session", ({ detail: { draft, session } }) => {
  if (!store.view.sessionId && store.view.draft === draft) goTo(session.id, draft);
});
studio.addEventListener("lost", ({ detail: { sessionId } }) => {
  const here = store.view.sessionId === sessionId;
  const draft = here ? newId() : null;
  outbox.orphan(sessionId, draft ?? newId());
  if (!here) return;
  history.replaceState(null, "", "/");
  studio.show({ draft });
  notice("This chat is no longer here.");
  composer.querySelector("#say").focus();
});
studio.addEventListener("stranger", () => {
  const last = Number(sessionStorage.getItem(RELOADED_KEY));
  if (Date.now() - last < RELOAD_EVERY_MS) return notice("The studio does not know this browser. Are cookies allowed?");
  sessionStorage.setItem(RELOADED_KEY, Date.now());
  location.reload();
});
store.addEventListener("message", ({ detail: { before, after } }) => {
  if (after.session_id === store.view.sessionId) announce(announcement(before, after));
  if (after.image && after.image.state !== "shown") stopLooking(after.image.id);
});
store.addEventListener("change", () => {
  const session = store.session(store.view.sessionId);
  const name = session?.title ? `${session.title} · ${NAME}` : NAME;
  setText(document.querySelector("#where"), titleOf(session));
  document.title = store.running ? `(${store.running}) ${name}` : name;
});

/** What the gallery wants done to a picture, in a new conversation; somebody who went elsewhere meanwhile dropped it. */
function runErrand() {
  const request = takeErrand();
  if (!request || sessionInAddress()) return;
  studio.show({ draft: newId() });
  send(request);
}

composer.connect(limits);
document.querySelector("session-list").connect(store);
document.querySelectorAll("link-state").forEach((element) => element.connect({ store, outbox }));
conversation.connect({ store, outbox, pictures, welcome: document.querySelector("#welcome") });
show();
takeSource().then((image) => image && edit({ image }), (problem) => notice(problem.message));
runErrand();
outbox.flush();
studio.loadSessions().catch((problem) => notice(problem.message));
if (matchMedia("(hover: hover)").matches) composer.querySelector("#say").focus();
