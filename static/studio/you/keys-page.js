// The page of a person's keys and their data.

import "../ui/offline.js";
import { setText } from "../ui/dom.js";
import { notice } from "../ui/notice.js";
import * as rest from "../client/rest.js";
import { person } from "../client/person.js";
import { when } from "./words.js";
import "./keys.js";
import "./own-things.js";
import { t } from "../ui/translate.js";

const keys = document.querySelector("key-list");
const things = document.querySelector("own-things");
const blocked = document.querySelector("#blocked");

async function show() {
  try {
    const me = await rest.me.get();
    blocked.hidden = !me?.blocked;
    keys.hidden = Boolean(me?.blocked);
    if (me?.blocked) {
      setText(blocked, sentence(me.blocked));
    } else {
      await keys.load();
    }
    things.show(me);
  } catch (problem) {
    notice(problem.message);
  }
}

function sentence({ reason, until }) {
  const blocked = until ? t("You are blocked until {when}", { when: when(until) }) : t("You are blocked");
  const why = reason ? `: ${reason.replace(/[.!?]*$/, ".")}` : ".";
  return `${blocked}${why} ${t("You can still take everything along, or have it removed.")}`;
}

person.addEventListener("known", show);
show();
