// Shows requests that were sent from the gallery, in the place where their pictures will be.

import { h } from "../ui/dom.js";
import { announce } from "../ui/notice.js";
import { t } from "../ui/translate.js";
import * as rest from "../client/rest.js";
import { announcement } from "../picture/labels.js";
import { Work } from "./work.js";
import "./work-card.js";

const AGAIN_MS = 5_000;

const isDone = (message) => message.status === "DONE" && message.image?.state === "shown";

/**
 * `isOpen()`: whether the grid shows pictures, and not the trash; `left(entries)` removes entries from it; `came()`: there is a new
 * picture; `told()`: something may have changed elsewhere.
 */
export function making(grid, { isOpen, left, came, told }) {
  const work = new Work();
  const entries = new Map(); // client id → its entry

  function show({ message, before }) {
    const known = entries.get(message.client_id);
    if (known) known.work = message;
    if (isDone(message)) came();
    if (!isOpen()) return;
    announce(announcement(before, message));
    if (isDone(message)) showResult(message, known);
    else if (known) refresh(known);
    else if (message.status === "PROCESSING") grid.reveal(grid.timeline.positionOf(lay(message)));
  }

  /** Inserts it right before its source, if that is known. */
  function lay(message) {
    const entry = { work: message };
    entries.set(message.client_id, entry);
    grid.timeline.insertBefore(entry, message.source_image_id);
    return entry;
  }

  function refresh(entry) {
    const card = grid.cell(entry);
    if (card) update(card, entry.work);
  }

  function update(card, message) {
    const source = message.request?.source ?? grid.timeline.entry(message.source_image_id)?.image;
    card.update(message, work.progress(message), source);
  }

  /** Replaces the entry by its picture. A picture without an entry is inserted if it is newer than all others. */
  async function showResult(message, entry) {
    const { timeline } = grid;
    const newest = timeline.at(0)?.image?.id ?? "";
    if (timeline.entry(message.image.id) || (!entry && message.image.id < newest)) return null;
    const [image, problem] = await rest.gallery.get(message.image.id).then((found) => [found], (fault) => [null, fault]);
    const isHere = () => timeline === grid.timeline && !timeline.entry(message.image.id);
    if (!isHere()) return null;
    if (problem && problem.code !== "not_found") return setTimeout(() => isHere() && showResult(message, entry), AGAIN_MS);
    entries.delete(message.client_id);
    if (problem) return left(entry ? [entry] : []);
    if (!entry) return timeline.insert(image);
    const hadFocus = grid.cell(entry)?.contains(document.activeElement);
    const position = timeline.positionOf(entry);
    timeline.replace(entry, image);
    return hadFocus && grid.focus(position);
  }

  work.addEventListener("message", ({ detail }) => show(detail));
  work.addEventListener("news", told);
  work.addEventListener("progress", () => {
    for (const entry of entries.values()) if (entry.work.id) refresh(entry);
  });

  return {
    begin: (request) => work.begin(request),
    card(entry) {
      const card = h("work-card", { role: "gridcell" });
      update(card, entry.work);
      return card;
    },
    /** After another timeline is shown. What was not made stays until it is dismissed. */
    layAgain() {
      const before = [...entries.values()].map((entry) => entry.work).filter((message) => !isDone(message));
      const others = work.running.filter((message) => !entries.has(message.client_id));
      entries.clear();
      [...before, ...others].forEach(lay);
      work.resume();
    },
    stop: ({ message }) => work.stop(message),
    retry: ({ message }) => work.retry(message),
    dismiss({ message }) {
      const entry = entries.get(message.client_id);
      entries.delete(message.client_id);
      if (entry) left([entry]);
      announce(t("Dismissed"));
    },
  };
}
