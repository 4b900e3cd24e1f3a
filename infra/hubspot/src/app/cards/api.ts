// What the card asks Musubi. HubSpot's servers carry each question, sign it, and say who asks; nothing that the card says about that
// counts.

import { hubspot } from "@hubspot/ui-extensions";
import { isRefused, type Language, type Refused } from "./words.ts";

/** Where Musubi is: `musubi hubspot project` writes it here. */
const MUSUBI = "{PUBLIC_URL}";

/** Whose talk, and in which language. */
export interface Who {
  language: Language;
  contact: string;
}

export interface Channel {
  channel: string;
  name: string;
}

export interface Line {
  who: "person" | "operator" | "automatic";
  by: string;
  at: string;
  words: string;
  /** A sticker's; the words stand for it. */
  picture: string | null;
  /** Which message it answers, in words. */
  quotes?: string | null;
  file: File | null;
}

/** A picture or another file of a message. */
export interface File {
  /** By this it is asked for; `null`: it is not there, or has an address. */
  name: string | null;
  picture: boolean;
  /** Where anybody sees it who has the address: what we sent. */
  address: string | null;
  /** What opens it, or why it is not there. */
  words: string;
}

/** What was said and is in no line yet. `unknown`: nobody knows whether it arrived. */
export interface BeingSaid {
  send: string;
  by: string;
  at: string;
  words: string;
  picture: string | null;
  file: File | null;
  unknown: boolean;
}

/** One of LINE's own, to be sent by its name. */
export interface Sticker {
  sticker: string;
  title: string;
  picture: string;
}

/** Each note's lines, the oldest first; `null`: one that cannot be read back. */
export type Notes = (string[] | null)[];

export interface Older {
  notes: Notes;
  /** Those of each note. */
  files: File[][];
  before: number | null;
}

/** What the team says again and again, and the labels of buttons below it. */
export interface TeamText {
  name: string;
  words: string;
  quick: string[];
}

/** How the talk stands as a whole. */
export interface Tending {
  waits: boolean;
  /** The person has written at all. */
  wrote: boolean;
  /** Whose it is; `null`: nobody's. */
  assigned: string | null;
  mine: boolean;
  /** Somebody has said something: before that it is nobody's. */
  has_talk: boolean;
}

export interface Open {
  is: "open";
  /** Which talk it is: what is said goes to this one or to none. */
  talk: string;
  channel: Channel;
  blocked: boolean;
  free_until_ms: number | null;
  quota_out: boolean;
  tag: string;
  entry: number;
  lines: Line[];
  saying: BeingSaid[];
  /** `null`: an answer of before. */
  tend: Tending | null;
  stickers: Sticker[];
  older: Older | null;
  /** `null`: as before. */
  texts: TeamText[] | null;
}

export interface NotLinked {
  is: "not_linked";
  /** Addresses that are not https are left out. */
  channels: (Channel & { login: string | null; add: string | null; qr: string | null })[];
}

export interface Choose {
  is: "choose";
  channels: (Channel & { waits: boolean })[];
}

export type Answer = Open | NotLinked | Choose | { is: "same" } | { is: "refused"; why: Refused };

type Fields = Record<string, unknown>;

// Readers of what came. They throw at anything else: no answer is better than half of one.
const must = <T>(value: unknown, is: (value: unknown) => value is T): T => {
  if (!is(value)) throw new TypeError("another answer");
  return value;
};
const fields = (value: unknown) => must(value, (it): it is Fields => typeof it === "object" && it !== null && !Array.isArray(it));
const text = (value: unknown) => must(value, (it): it is string => typeof it === "string");
const flag = (value: unknown) => must(value, (it): it is boolean => typeof it === "boolean");
const number = (value: unknown) => must(value, (it): it is number => typeof it === "number");
const list = <T>(value: unknown, read: (each: unknown) => T): T[] => must(value, (it): it is unknown[] => Array.isArray(it)).map(read);
const orNull = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === null ? null : read(value));

/** An address that may be shown and opened. */
const address = (value: unknown): string | null => {
  const given = orNull(value, text);
  return given?.startsWith("https://") ? given : null;
};

/** A picture that came in an answer, and nothing else that an address could be. */
const inline = (value: unknown, kind: "jpeg" | "png"): string | null => {
  const given = orNull(value, text);
  return given?.startsWith(`data:image/${kind};base64,`) ? given : null;
};

/** What an answer of before has not. */
const orNone = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === undefined ? null : orNull(value, read));

const channel = (value: unknown): Channel => ({ channel: text(fields(value).channel), name: text(fields(value).name) });

function file(value: unknown): File {
  const { name, picture, address: given, words } = fields(value);
  return { name: orNull(name, text), picture: flag(picture), address: address(given), words: text(words) };
}

function line(value: unknown): Line {
  const { who, by, at, words, picture, quotes, file: its } = fields(value);
  const speaker = must(who, (it): it is Line["who"] => it === "person" || it === "operator" || it === "automatic");
  const shown = { words: text(words), picture: orNone(picture, address), file: orNone(its, file) };
  return { who: speaker, by: text(by), at: text(at), ...shown, quotes: orNone(quotes, text) };
}

function beingSaid(value: unknown): BeingSaid {
  const { send, by, at, words, picture, file: its, unknown } = fields(value);
  const shown = { words: text(words), picture: orNone(picture, address), file: orNone(its, file) };
  return { send: text(send), by: text(by), at: text(at), ...shown, unknown: flag(unknown) };
}

function sticker(value: unknown): Sticker {
  const { sticker, title, picture } = fields(value);
  return { sticker: text(sticker), title: text(title), picture: text(picture) };
}

function tending(value: unknown): Tending {
  const { waits, wrote, assigned, mine, has_talk } = fields(value);
  return { waits: flag(waits), wrote: flag(wrote), assigned: orNull(assigned, text), mine: flag(mine), has_talk: flag(has_talk) };
}

function teamText(value: unknown): TeamText {
  const { name, words, quick } = fields(value);
  return { name: text(name), words: text(words), quick: list(quick, text) };
}

function older(value: unknown): Older {
  const { notes, files, before } = fields(value);
  const read = list(notes, (note) => orNull(note, (it) => list(it, text)));
  const beside = orNone(files, (each) => list(each, (of) => list(of, file))) ?? [];
  return { notes: read, files: read.map((_, index) => beside[index] ?? []), before: orNull(before, number) };
}

function answerOf(it: Fields): Answer {
  switch (it.is) {
    case "same":
      return { is: "same" };
    case "not_linked": {
      const read = (each: unknown) => {
        const { login, add, qr } = fields(each);
        return { ...channel(each), login: address(login), add: address(add), qr: orNone(qr, (given) => inline(given, "png")) };
      };
      return { is: "not_linked", channels: list(it.channels, read) };
    }
    case "choose":
      return { is: "choose", channels: list(it.channels, (each) => ({ ...channel(each), waits: flag(fields(each).waits) })) };
    case "open":
      return {
        is: "open",
        talk: text(it.talk),
        channel: channel(it.channel),
        blocked: flag(it.blocked),
        free_until_ms: orNull(it.free_until_ms, number),
        quota_out: flag(it.quota_out),
        tag: text(it.tag),
        entry: number(it.entry),
        lines: list(it.lines, line),
        saying: list(it.saying, beingSaid),
        tend: orNone(it.tend, tending),
        stickers: orNone(it.stickers, (stickers) => list(stickers, sticker)) ?? [],
        older: orNull(it.older, older),
        texts: orNone(it.texts, (texts) => list(texts, teamText)),
      };
    default:
      throw new TypeError("another answer");
  }
}

/** Asks once. What comes is read by `read`, or there is a reason why nothing does. */
async function ask<T>(
  what: string, who: Who, more: Fields, read: (answer: Fields) => T, timeout?: number,
): Promise<T | { is: "refused"; why: Refused }> {
  const refused = (why: Refused) => ({ is: "refused", why }) as const;
  try {
    // The time tells a fresh question from a repeated one where HubSpot's signature has none.
    const body = { asked_at_ms: Date.now(), language: who.language, contact: who.contact, ...more };
    const answer = await hubspot.fetch(`${MUSUBI}/console/card/${what}`, { method: "POST", body, ...(timeout !== undefined && { timeout }) });
    if (answer.status === 401) return refused("not_believed");
    if (answer.status === 404) return refused("not_connected");
    if (answer.status === 429) return refused("busy");
    if (!answer.ok) return refused("no_answer");
    const said = fields(await answer.json());
    return isRefused(said.refused) ? refused(said.refused) : read(said);
  } catch {
    // No connection, no JSON, another answer: the same to whoever waits.
    return refused("no_answer");
  }
}

/** What of a talk is asked for: with `tag` and `entry` only what is new since, with `before` only what is older. */
export interface Asked {
  channel?: string;
  talk?: string;
  before?: number;
  tag?: string;
  entry?: number;
}

export const talk = (who: Who, asked: Asked): Promise<Answer> => ask("talk", who, { ...asked }, answerOf);

/** The talk that is shown: its Official Account, and which it is. */
export type Shown = Pick<Open, "channel" | "talk">;
const shown = ({ channel, talk }: Shown) => ({ channel: channel.channel, talk });

/** What is said. */
export type Saying = { words: string; quick?: string[] } | { sticker: string };

const saidOf = ({ said, mistake }: Fields) =>
  typeof mistake === "string" ? ({ is: "mistake", mistake } as const) : ({ is: "said", said: text(said) } as const);

/** Says something. The same `name` is the same message, however often it is asked for. */
export const say = (who: Who, of: Shown, name: string, saying: Saying) =>
  ask("say", who, { ...shown(of), name, ...saying }, saidOf);

/** A file at an address. `called`: its name, where it is not the address's own. */
export interface OutgoingFile {
  address: string;
  called?: string;
}

/** Musubi fetches the file and puts it where phones find it: longer than HubSpot waits by itself, in milliseconds. */
const SENDING_MS = 29_000;

/** Sends a file. The same `name` is the same message, however often it is asked for. */
export const sendFile = (who: Who, of: Shown, name: string, file: OutgoingFile) =>
  ask("send", who, { ...shown(of), name, ...file }, saidOf, SENDING_MS);

/** Somebody types an answer: the person sees it on their phone. Whatever comes of it. */
export const writing = (who: Who, of: Shown) => ask("writing", who, shown(of), () => ({ is: "done" }) as const);

/** Ends what nobody knows of: it arrived, or it is sent again. */
export const decide = (who: Who, of: Shown, send: string, arrived: "yes" | "again") =>
  ask("decide", who, { ...shown(of), send, arrived }, ({ done }) => ({ is: "done", done: must(done, (it): it is true => it === true) }) as const);

/** What is said of the talk as a whole. */
export type Tend = "answered" | "to_do" | "mine" | "nobodys";

/** Says it. Twice is the same as once. */
export const tend = (who: Who, of: Shown, said: Tend) =>
  ask("tend", who, { ...shown(of), tend: said }, ({ done }) => ({ is: "done", done: must(done, (it): it is true => it === true) }) as const);

/** Pictures that somebody sent, by their names; four at a time. */
export const pictures = (who: Who, of: Shown, files: string[]) =>
  ask("pictures", who, { ...shown(of), files }, ({ pictures: given }) =>
    ({ is: "pictures", pictures: new Map(Object.entries(fields(given)).map(([name, it]) => [name, inline(it, "jpeg")])) }) as const);

/** Where what somebody sent can be opened, for some minutes. */
export const whereIs = (who: Who, of: Shown, name: string) =>
  ask("file", who, { ...shown(of), files: [name] }, ({ address: given }) => ({ is: "there", address: address(given) }) as const);
