// Keeps a talk up to date: asks, waits, asks again. One question at a time, and one timer. HubSpot shares what it carries at a time
// among all open cards of an account, and tells a card neither that something is new nor that nobody looks.

import { useEffect, useRef, useState, type RefObject } from "react";
import { talk, type Choose, type File, type Notes, type NotLinked, type Open, type TeamText, type Who } from "./api.ts";
import { mayPass, type Refused } from "./words.ts";

/** After something new; after nothing new; after nothing new again and again. */
const WAITS_MS = [5_000, 15_000, 60_000] as const;

export interface OpenView {
  is: "open";
  talk: Open;
  /** All notes that were read so far, the oldest first. */
  notes: Notes;
  /** The files of each. */
  files: File[][];
  /** What the team says again and again. */
  texts: TeamText[];
  /** Where to go on reading. */
  before: number | null;
  /** What is older is being read. */
  reading: boolean;
  /** Why the newest could not be read. What is shown stays. */
  trouble: Refused | null;
}

export type View = { is: "loading" } | { is: "refused"; why: Refused } | NotLinked | Choose | OpenView;

export interface Watch {
  /** Asks at once, and soon again. */
  now(): void;
  /** Reads what is older than what is shown. */
  older(): void;
  /** Begins anew. */
  reload(): void;
  stop(): void;
}

export function watch(who: Who, channel: string | null, show: (view: View) => void): Watch {
  let open: OpenView | null = null;
  let step = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let working = false;
  let stopped = false;
  /** What is to be asked next. `soon`: and again soon, even where nothing is new yet. */
  const wanted = { newest: false, older: false, soon: false };

  const shows = (view: View) => {
    open = view.is === "open" ? view : null;
    show(view);
  };

  const newest = async () => {
    const asked = open ? { channel: open.talk.channel.channel, talk: open.talk.talk, tag: open.talk.tag, entry: open.talk.entry } : channel === null ? {} : { channel };
    const { soon } = wanted;
    wanted.soon = false;
    const answer = await talk(who, asked);
    if (stopped) return;
    const later = () => { step = soon ? 0 : Math.min(step + 1, WAITS_MS.length - 1); };
    if (answer.is === "open") {
      step = 0;
      // Of another talk, because the contact was linked to somebody else, nothing of before stays.
      const kept = open?.talk.talk === answer.talk ? open : null;
      const past = answer.older ?? { notes: kept?.notes ?? [], files: kept?.files ?? [], before: kept?.before ?? null };
      shows({ is: "open", talk: answer, texts: answer.texts ?? open?.texts ?? [], ...past, reading: wanted.older, trouble: null });
    } else if (answer.is === "same") {
      later();
      if (open === null) shows({ is: "refused", why: "no_answer" });
      else if (open.trouble !== null) shows({ ...open, trouble: null });
    } else if (answer.is === "refused" && open !== null && mayPass(answer.why)) {
      later();
      shows({ ...open, trouble: answer.why });
    } else {
      shows(answer);
    }
  };

  const older = async () => {
    if (open === null || open.before === null) return;
    const { before, talk: shown } = open;
    const answer = await talk(who, { channel: shown.channel.channel, before });
    if (stopped || open === null) return;
    if (answer.is === "open" && answer.older !== null && answer.talk === open.talk.talk) {
      // Only that: what is new may be past an entry that is not shown yet, and comes by the next question.
      const [notes, files] = [[...answer.older.notes, ...open.notes], [...answer.older.files, ...open.files]];
      shows({ ...open, notes, files, before: answer.older.before, reading: false });
    } else {
      shows({ ...open, reading: false, trouble: answer.is === "refused" ? answer.why : "no_answer" });
    }
  };

  const work = async () => {
    if (working || stopped) return;
    working = true;
    clearTimeout(timer);
    while (!stopped && (wanted.newest || wanted.older)) {
      const next = wanted.newest ? newest : older;
      wanted[wanted.newest ? "newest" : "older"] = false;
      await next();
    }
    working = false;
    // Where no talk is open, whoever looks says when to ask again.
    if (!stopped && open !== null) timer = setTimeout(ask, WAITS_MS[step]);
  };

  const ask = () => {
    wanted.newest = true;
    void work();
  };

  return {
    now: () => {
      wanted.soon = true;
      ask();
    },
    older: () => {
      if (open === null || open.before === null || open.reading) return;
      shows({ ...open, reading: true });
      wanted.older = true;
      void work();
    },
    reload: () => {
      shows({ is: "loading" });
      ask();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** What is to be shown of a contact's talk, and what keeps it up to date. `channel`: which Official Account was chosen. */
export function useTalk(who: Who, channel: string | null): [View, RefObject<Watch>] {
  const [view, setView] = useState<View>({ is: "loading" });
  const watching = useRef<Watch | null>(null);
  useEffect(() => {
    const started = watch(who, channel, setView);
    watching.current = started;
    started.reload();
    return started.stop;
  }, [who.language, who.contact, channel]);
  return [view, watching];
}
