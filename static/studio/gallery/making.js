// Shows requests that were sent from the gallery, in the place where their pictures will be.

import { h } from "../ui/dom.js";
import { announce } from "../ui/notice.js";
import { t } from "../ui/translate.js";
import * as rest from "../client/rest.js";
import { announcement } from "../picture/labels.js";
import { Work } from "./work.js";
import "./work-card.js";

const AGAIN_MS = 5_000;

/**
 * `isOpen()`: whether the grid shows pictures, and not the trash; `left(entries)` removes entries from it; `came()`: there is a new
 * picture; `told()`: something may have changed elsewhere.
 */
export function making(grid, { isOpen, left, came, told }) {
  const work = new Work();
  const entries = new Map(); // client id → its entry

  function show({ message, before }) {
    const isThere = message.status === "DONE" && message.image?.state === "shown";
    if (isThere) came();
    if (!isOpen()) return;
    announce(announcement(before, message));
    const known = entries.get(message.client_id);
    if (isThere) showResult(message, known);
    else if (known || message.status === "PROCESSING") refresh(known ?? lay(message), message);
  }

  /** Inserts it right before its source, if that is known. */
  function lay(message) {
    const entry = { work: message };
    entries.set(message.client_id, entry);
    grid.timeline.insertBefore(entry, message.source_image_id);
    grid.reveal(grid.timeline.positionOf(entry));
    return entry;
  }

  function refresh(entry, message) {
    entry.work = message;
    const card = grid.cell(entry);
    if (card) update(card, message);
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
    for (const entry of entries.values()) if (entry.work.id) refresh(entry, entry.work);
  });

  return {
    begin: (request) => work.begin(request),
    card(entry) {
      const card = h("work-card", { role: "gridcell" });
      update(card, entry.work);
      return card;
    },
    /** After another timeline is shown. */
    layAgain() {
      entries.clear();
      work.running.forEach((message) => refresh(lay(message), message));
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
