// The card of the talk, rendered by HubSpot's own test renderer; `hubspot.fetch` is a stand-in for HubSpot's servers and Musubi behind
// them. Time is a stand-in, too: nothing waits.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, mock, test } from "node:test";
import { useState } from "react";
import { Alert, Button, Flex, Heading, Image, Input, Link, LoadingButton, LoadingSpinner, Select, Tag, Text, TextArea, hubspot } from "@hubspot/ui-extensions";
import { FileUpload } from "@hubspot/ui-extensions/experimental";
import { createRenderer } from "@hubspot/ui-extensions/testing";
import type { BeingSaid, File, Open, Tending } from "../src/app/cards/api.ts";
import { Talk } from "../src/app/cards/Talk.tsx";
import { WORDS, type Refused } from "../src/app/cards/words.ts";

const NOW_MS = 1_800_000_000_000;
type Body = Record<string, unknown>;
type Answered = () => Promise<Response>;

const asked: { path: string; method: string | undefined; body: Body }[] = [];
/** That somebody is writing is told beside all else. */
const wrote: typeof asked = [];
/** What each path answers. */
let answers: Record<string, Answered> = {};
let [inFlight, mostInFlight] = [0, 0];

Object.assign(globalThis, {
  self: globalThis,
  hsFetch: async (url: string, { method, body }: { method?: string; body: Body }) => {
    assert.ok(url.startsWith("{PUBLIC_URL}/console/card/"), url);
    const path = url.slice("{PUBLIC_URL}/console/card/".length);
    (path === "writing" ? wrote : asked).push({ path, method, body });
    if (path === "talk") mostInFlight = Math.max(mostInFlight, (inFlight += 1));
    try {
      return await answers[path]!();
    } finally {
      if (path === "talk") inFlight -= 1;
    }
  },
});

const json = (body: unknown, status = 200): Answered => async () => new Response(JSON.stringify(body), { status });
const OPEN: Open = {
  is: "open", talk: "hash-1", channel: { channel: "1657", name: "東京店" }, blocked: false, free_until_ms: null, quota_out: false, tag: "t1", entry: 7,
  lines: [{ who: "person", by: "佐藤", at: "11/27 10:00", words: "こんにちは\n予約できますか", picture: null, file: null }, { who: "operator", by: "鈴木", at: "11/27 10:01", words: "はい", picture: null, file: null }],
  saying: [], tend: null, stickers: [], older: { notes: [], files: [], before: null }, texts: null,
};
const open = (more: Partial<Open> = {}) => json({ ...OPEN, ...more });
const SAME = json({ is: "same" });
const SENDS: BeingSaid = { send: "push-1", by: "鈴木", at: "11/27 10:02", words: "お待ちください", picture: null, file: null, unknown: false };
const asks = (path: string) => asked.filter((each) => each.path === path);

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
};
const pass = async (ms: number) => {
  mock.timers.tick(ms);
  await settle();
};

/** All that is to be read in it, each text on a line of its own. */
const read = (node: { childNodes?: unknown[]; text?: string | null }): string =>
  (node.childNodes ? node.childNodes.map((each) => read(each as typeof node)) : [node.text ?? ""]).filter((each) => each !== "").join("\n");

/** Timers for the next question that have not run. */
const waiting = new Set<unknown>();
let mostWaiting = 0;

function countTimers() {
  const { setTimeout: makes, clearTimeout: ends } = globalThis;
  const counted = (act: () => void, ms: number) => {
    const timer = makes(() => {
      waiting.delete(timer);
      act();
    }, ms);
    if ([5_000, 15_000, 60_000].includes(ms)) waiting.add(timer);
    mostWaiting = Math.max(mostWaiting, waiting.size);
    return timer;
  };
  const cleared = (timer: unknown) => {
    waiting.delete(timer);
    ends(timer as never);
  };
  Object.assign(globalThis, { setTimeout: counted, clearTimeout: cleared });
}

let close = () => {};
let showContact: (contact: string) => void = () => {};

/** The card, which can be taken away. */
function page(language: string, more: { copy?: (text: string) => Promise<void> } = {}) {
  const renderer = createRenderer("crm.record.tab");
  const Around = () => {
    const [isThere, setIsThere] = useState(true);
    const [contact, setContact] = useState("1001");
    [close, showContact] = [() => setIsThere(false), setContact];
    return isThere ? <Talk language={language} contact={contact} {...more} /> : null;
  };
  renderer.render(<Around />);
  const text = () => read(renderer.getRootNode());
  const button = (label: string) =>
    renderer.maybeFind(LoadingButton, (each) => each.text === label) ?? renderer.find(Button, (each) => each.text === label);
  const alerts = () => renderer.findAll(Alert).map((alert) => `${alert.props.title}\n${read(alert)}`.trim()).join("\n");
  return { ...renderer, text, button, alerts };
}

async function rendered(...args: Parameters<typeof page>) {
  const made = page(...args);
  await settle();
  return made;
}

/** Types into the box; `onChange`: and leaves it. */
// HubSpot's types take the event's function in place of its value.
const types = (card: ReturnType<typeof page>, words: string, event: "onInput" | "onChange" = "onInput") => card.find(TextArea).trigger(event, words as never);

/** Types and presses, and lets what comes of it come. */
async function sends(card: ReturnType<typeof page>, words: string, label = "送信") {
  types(card, words);
  card.button(label).trigger("onClick");
  await settle();
}

beforeEach(() => {
  asked.length = wrote.length = 0;
  [inFlight, mostInFlight, mostWaiting] = [0, 0, 0];
  answers = { talk: open(), say: json({ said: "push-1" }), writing: json({ done: true }), decide: json({ done: true }), tend: json({ done: true }) };
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW_MS });
  countTimers();
});

afterEach(async () => {
  close();
  await settle();
  mock.timers.reset();
  assert.ok(mostInFlight <= 1, "one question at a time");
  assert.ok(mostWaiting <= 1, "one timer");
  assert.equal(waiting.size, 0, "no timer is left behind");
});

const LANGUAGES = [["ja", "ja"], ["ja-jp", "ja"], ["en", "en"], ["fr", "en"], ["", "en"]] as const;

test("the talk is asked for once, of this contact, and shown as it is said", async () => {
  for (const [name, language] of LANGUAGES) {
    asked.length = 0;
    const card = await rendered(name);
    assert.deepEqual(asked, [{ path: "talk", method: "POST", body: { asked_at_ms: NOW_MS, language, contact: "1001" } }]);
    assert.equal(card.find(Heading).text, "東京店");
    for (const words of ["佐藤 11/27 10:00", "こんにちは", "予約できますか", "鈴木 11/27 10:01", "はい"]) assert.ok(card.text().includes(words), words);
    assert.ok(card.findAll(Text).some((each) => each.text === "こんにちは"), "each line has a text of its own");
    assert.deepEqual(card.findAll(Flex, (each) => each.props.align === "end").map(read), ["鈴木 11/27 10:01\nはい"], "ours on the other side");
    const { label, maxLength, value } = card.find(TextArea).props;
    assert.deepEqual([label, maxLength, value], [language === "ja" ? "メッセージ" : "Message", 5000, ""]);
    assert.ok(card.button(language === "ja" ? "送信" : "Send"));
    assert.equal(card.alerts(), "");
    close();
    await settle();
  }
});

test("until Musubi answers, it loads, and nothing can be sent", async () => {
  for (const [language, label] of [["ja", "読み込んでいます"], ["en", "Loading"]] as const) {
    let arrive: (answer: Response) => void = () => {};
    answers.talk = () => new Promise((done) => { arrive = done; });
    const card = await rendered(language);
    assert.equal(card.find(LoadingSpinner).props.label, label);
    assert.equal(card.maybeFind(TextArea), null);
    arrive(await open()());
    await settle();
    assert.equal(card.maybeFind(LoadingSpinner), null);
    assert.ok(card.find(TextArea));
    close();
    await settle();
  }
});

const REFUSED: [string, Answered, Refused][] = [
  ...(["not_connected", "removed", "no_admin", "not_found", "silent"] as const).map((why): [string, Answered, Refused] => [why, json({ refused: why }), why]),
  ["no account", json("", 404), "not_connected"],
  ["the secret is another", json("", 401), "not_believed"],
  ["HubSpot's limit", json("", 429), "busy"],
  ["it fails", json("", 503), "no_answer"],
  ["no connection", async () => { throw new TypeError("fetch"); }, "no_answer"],
  ["no JSON", async () => new Response("<html>"), "no_answer"],
  ["null", json(null), "no_answer"],
  ["a list", json([]), "no_answer"],
  ["another word of refusal", json({ refused: "toString" }), "no_answer"],
  ["another state", json({ is: "toString" }), "no_answer"],
  ["half a talk", json({ ...OPEN, lines: [{ who: "person" }] }), "no_answer"],
  ["another speaker", json({ ...OPEN, lines: [{ ...OPEN.lines[0], who: "bot" }] }), "no_answer"],
  ["the same as nothing", SAME, "no_answer"],
];

for (const [what, answered, why] of REFUSED) {
  test(`it is said in words, and another press asks again: ${what}`, async () => {
    for (const [language, title, reload] of [["ja", "トークを表示できません", "もう一度読み込む"], ["en", "The talk cannot be shown", "Load it again"]] as const) {
      [asked.length, answers.talk] = [0, answered];
      const card = await rendered(language);
      assert.equal(card.alerts(), `${title}\n${WORDS[language].refused[why]}`);
      assert.equal(card.maybeFind(TextArea), null);
      await pass(120_000);
      assert.equal(asked.length, 1, "it does not ask by itself");
      answers.talk = open();
      card.button(reload).trigger("onClick");
      await settle();
      assert.equal(card.alerts(), "");
      assert.ok(card.find(TextArea));
      close();
      await settle();
    }
  });
}

test("every word is there in both languages, and in no other", () => {
  const isJapanese = (words: string) => /[\u3040-\u30ff\u4e00-\u9fff]/u.test(words);
  const of = (words: object): string[] => Object.values(words).flatMap((each) => (typeof each === "string" ? [each] : of(each as object)));
  assert.ok(of(WORDS.ja).every(isJapanese));
  assert.ok(!of(WORDS.en).some(isJapanese));
});

test("where nobody is linked, the addresses to send are shown and copied", async () => {
  const channels = [
    { channel: "1", name: "東京店", login: "https://liff.line.me/1-a", add: "https://line.me/R/ti/p/@a" },
    { channel: "2", name: "大阪店", login: null, add: "https://line.me/R/ti/p/@b" },
  ];
  for (const [language, title, none, copy, copied, failed] of [
    ["ja", "LINEと連携していません", "まだ用意されていません", "コピー", "コピーしました", "コピーできませんでした"],
    ["en", "Not linked to anybody on LINE", "no login address", "Copy", "Copied", "could not be copied"],
  ] as const) {
    answers.talk = json({ is: "not_linked", channels });
    const texts: string[] = [];
    let clipboard = async (text: string) => { texts.push(text); };
    const card = await rendered(language, { copy: (text) => clipboard(text) });
    assert.ok(card.alerts().startsWith(title));
    for (const words of ["東京店", "大阪店", none, "https://liff.line.me/1-a"]) assert.ok(card.text().includes(words), words);
    assert.deepEqual(card.findAll(Link).map((link) => link.props.href), channels.map(({ add }) => ({ url: add, external: true })), "the login is theirs to open");
    const buttons = () => card.findAll(Button);
    assert.deepEqual(buttons().slice(0, 3).map((each) => each.text), [copy, copy, copy]);
    for (const index of [0, 1, 2]) {
      buttons()[index]!.trigger("onClick");
      await settle();
      assert.equal(buttons()[index]!.text, copied);
    }
    assert.deepEqual(texts, ["https://liff.line.me/1-a", "https://line.me/R/ti/p/@a", "https://line.me/R/ti/p/@b"]);
    clipboard = async () => { throw new Error("no"); };
    buttons()[0]!.trigger("onClick");
    await settle();
    assert.ok(buttons()[0]!.text?.includes(failed));
    close();
    await settle();
  }
});

test("the QR code of an address is shown with what it is for, and nothing else that calls itself one", async () => {
  const qr = "data:image/png;base64,iVBOR";
  const bad = ["https://evil.example/qr.png", "data:text/html;base64,PA==", "data:image/svg+xml;base64,PA==", null, undefined];
  for (const language of ["ja", "en"] as const) {
    const channels = [qr, ...bad].map((code, index) => ({ channel: `${index}`, name: "東京店", login: "https://a.example/", add: null, qr: code }));
    answers.talk = json({ is: "not_linked", channels });
    const card = await rendered(language);
    assert.deepEqual(card.findAll(Image).map((each) => [each.props.src, each.props.alt]), [[qr, WORDS[language].qr]]);
    assert.equal(card.text().split(WORDS[language].qr_hint).length, 2);
    close();
    await settle();
  }
});

test("without a clipboard there is no button for it, and without an Official Account it is said", async () => {
  answers.talk = json({ is: "not_linked", channels: [{ channel: "1", name: "東京店", login: "https://a.example/", add: "https://b.example/" }] });
  const card = await rendered("ja");
  assert.deepEqual(card.findAll(Button).map((each) => each.text), ["もう一度読み込む"]);
  answers.talk = json({ is: "not_linked", channels: [] });
  card.button("もう一度読み込む").trigger("onClick");
  await settle();
  assert.ok(card.alerts().includes("LINE公式アカウントがありません"));
});

for (const bad of ["javascript:alert(1)", "http://a.example/", "data:text/html,a", "//a.example/", "liff.line.me/https://", ""]) {
  test(`an address that is not https is neither a link nor copied: ${bad}`, async () => {
    answers.talk = json({ is: "not_linked", channels: [{ channel: "1", name: "東京店", login: bad, add: bad }] });
    const card = await rendered("ja", { copy: async () => {} });
    assert.equal(card.findAll(Link).length, 0);
    assert.deepEqual(card.findAll(Button).map((each) => each.text), ["もう一度読み込む"]);
    assert.ok(bad === "" || !card.text().includes(bad));
  });
}

test("of several Official Accounts one is chosen, and another after it", async () => {
  const channels = [{ channel: "1657", name: "東京店", waits: true }, { channel: "1658", name: "大阪店", waits: false }];
  for (const [language, ask, waits, others] of [
    ["ja", "トークを選んでください", "未返信", "ほかのLINE公式アカウント"],
    ["en", "Choose a talk", "Unanswered", "Other Official Accounts"],
  ] as const) {
    [asked.length, answers.talk] = [0, json({ is: "choose", channels })];
    const card = await rendered(language);
    assert.ok(card.text().includes(ask));
    assert.deepEqual(card.findAll(Tag).map((tag) => tag.text), [waits]);
    await pass(120_000);
    assert.equal(asked.length, 1);
    answers.talk = open();
    card.button("東京店").trigger("onClick");
    await settle();
    assert.deepEqual([asked.length, asked[1]!.body.channel, asked[1]!.body.tag], [2, "1657", undefined]);
    types(card, "東京店だけに");
    answers.talk = json({ is: "choose", channels });
    card.button(others).trigger("onClick");
    await settle();
    assert.equal(asked[2]!.body.channel, undefined);
    answers.talk = open({ talk: "hash-2", channel: channels[1]! });
    card.button("大阪店").trigger("onClick");
    await settle();
    assert.equal(card.find(Heading).text, "大阪店");
    assert.equal(card.find(TextArea).props.value, "", "what was typed for one is in no other's box");
    await pass(5_000);
    assert.deepEqual([asked.length, asked[4]!.body.channel], [5, "1658"], "the first is asked for no more");
    close();
    await settle();
  }
});

test("of another contact, and of another Official Account, nothing is kept", async () => {
  answers.talk = json({ is: "choose", channels: [{ channel: "1657", name: "東京店", waits: false }] });
  const card = await rendered("ja");
  answers.talk = open();
  card.button("東京店").trigger("onClick");
  await settle();
  types(card, "書きかけ", "onChange");
  answers.talk = open({ lines: [] });
  showContact("1002");
  await settle();
  const { asked_at_ms: _, ...body } = asked.at(-1)!.body;
  assert.deepEqual(body, { language: "ja", contact: "1002" });
  assert.equal(card.find(TextArea).props.value, "");
  assert.ok(!card.text().includes("予約できますか"));
  types(card, "書きかけ", "onChange");
  answers.talk = open({ talk: "hash-2", channel: { channel: "1658", name: "大阪店" } });
  await pass(5_000);
  assert.deepEqual([card.find(Heading).text, card.find(TextArea).props.value], ["大阪店", ""]);
});

test("it asks again after 5, 15 and 60 seconds while nothing is new, and from 5 again after something new", async () => {
  const card = await rendered("ja");
  const after = async (seconds: number) => {
    const before = asked.length;
    await pass(seconds * 1_000 - 1);
    assert.equal(asked.length, before, `not before ${seconds} s`);
    await pass(1);
    assert.equal(asked.length, before + 1, `after ${seconds} s`);
  };
  const before = card.text();
  answers.talk = SAME;
  for (const seconds of [5, 15, 60, 60]) await after(seconds);
  assert.deepEqual(asked.at(-1)!.body, { asked_at_ms: NOW_MS + 140_000, language: "ja", contact: "1001", channel: "1657", talk: "hash-1", tag: "t1", entry: 7 });
  assert.equal(card.text(), before, "the same changes nothing");
  answers.talk = open({ tag: "t2", entry: 8, older: null, lines: [...OPEN.lines, { who: "person", by: "佐藤", at: "11/27 10:05", words: "お願いします", picture: null, file: null }] });
  await after(60);
  assert.ok(card.text().includes("お願いします"));
  answers.talk = SAME;
  for (const seconds of [5, 15, 60]) await after(seconds);
  assert.deepEqual([asked.at(-1)!.body.tag, asked.at(-1)!.body.entry], ["t2", 8]);
});

test("while a question waits for its answer, no other is asked, and none after the card is gone", async () => {
  await rendered("ja");
  let arrive: (answer: Response) => void = () => {};
  answers.talk = () => new Promise((done) => { arrive = done; });
  await pass(5_000);
  assert.equal(asked.length, 2);
  await pass(600_000);
  assert.equal(asked.length, 2);
  arrive(await SAME());
  answers.talk = SAME;
  await settle();
  await pass(15_000);
  assert.equal(asked.length, 3);
  close();
  await settle();
  await pass(600_000);
  assert.equal(asked.length, 3);
});

test("a card that is gone while its question is on the way asks no more", async () => {
  let arrive: (answer: Response) => void = () => {};
  answers.talk = () => new Promise((done) => { arrive = done; });
  await rendered("ja");
  close();
  await settle();
  arrive(await open()());
  await settle();
  await pass(600_000);
  assert.equal(asked.length, 1);
});

test("where the newest cannot be read, what is shown stays, and it is tried again; where the talk is gone, it goes", async () => {
  for (const [language, title] of [["ja", "やりとりを読み込めませんでした"], ["en", "Messages could not be loaded"]] as const) {
    [asked.length, answers.talk] = [0, open()];
    const card = await rendered(language);
    types(card, "書きかけ", "onChange");
    answers.talk = json("", 503);
    await pass(5_000);
    assert.equal(card.alerts(), `${title}\n${WORDS[language].refused.no_answer}`);
    assert.ok(card.text().includes("予約できますか"));
    assert.equal(card.find(TextArea).props.value, "書きかけ");
    answers.talk = SAME;
    await pass(15_000);
    assert.equal(card.alerts(), "");
    answers.talk = json({ refused: "removed" });
    await pass(60_000);
    assert.ok(card.alerts().includes(WORDS[language].refused.removed));
    assert.ok(!card.text().includes("予約できますか"));
    answers.talk = open();
    card.button(WORDS[language].reload).trigger("onClick");
    await settle();
    assert.equal(card.find(TextArea).props.value, "書きかけ", "what was typed is still there");
    close();
    await settle();
  }
});

test("older notes are read by a button, and stay while nothing of them changes", async () => {
  for (const [language, label, hidden] of [["ja", "以前のやりとりを読む", "HubSpotのタイムライン"], ["en", "Show older messages", "HubSpot's timeline"]] as const) {
    [asked.length, answers.talk] = [0, open({ older: { notes: [["三つ目"], null], files: [], before: 3 } })];
    const card = await rendered(language);
    assert.ok(card.text().includes("三つ目") && card.text().includes(hidden));
    answers.talk = open({ tag: "t9", entry: 99, lines: [], older: { notes: [["二つ目"]], files: [], before: 2 } });
    const button = card.button(label);
    button.trigger("onClick");
    button.trigger("onClick");
    await settle();
    assert.equal(asked.length, 2, "a double click reads once");
    assert.deepEqual(asked[1]!.body, { asked_at_ms: asked[1]!.body.asked_at_ms, language, contact: "1001", channel: "1657", before: 3 });
    answers.talk = open({ older: { notes: [["一つ目", "続き"]], files: [], before: null } });
    card.button(label).trigger("onClick");
    await settle();
    assert.equal(asked[2]!.body.before, 2);
    const order = ["一つ目", "続き", "二つ目", "三つ目", hidden, "予約できますか"].map((words) => card.text().indexOf(words));
    assert.ok(order.every((at, index) => at >= 0 && at > (order[index - 1] ?? -1)), `${order}`);
    assert.equal(card.maybeFind(LoadingButton, (each) => each.text === label), null, "nothing is older");
    answers.talk = open({ tag: "t2", older: null });
    await pass(5_000);
    assert.deepEqual([asked[3]!.body.tag, asked[3]!.body.entry], ["t1", 7], "what was shown of the newest is what is known");
    assert.ok(card.text().includes("一つ目"));
    answers.talk = open({ tag: "t3", entry: 8, older: { notes: [["四つ目"]], files: [], before: 4 } });
    await pass(5_000);
    assert.ok(card.text().includes("四つ目") && !card.text().includes("三つ目"), "a new note begins them anew");
    assert.ok(card.button(label));
    close();
    await settle();
  }
});

test("older notes that cannot be read are said so, and the button is still there", async () => {
  answers.talk = open({ older: { notes: [["三つ目"]], files: [], before: 3 } });
  const card = await rendered("ja");
  answers.talk = json({ refused: "silent" });
  card.button("以前のやりとりを読む").trigger("onClick");
  await settle();
  assert.ok(card.alerts().includes(WORDS.ja.refused.silent) && card.text().includes("三つ目"));
  assert.equal(card.find(LoadingButton, (each) => each.text === "以前のやりとりを読む").props.loading, false);
});

test("what is said goes out under a name, and the talk is asked for at once and soon again", async () => {
  for (const [language, label] of [["ja", "送信"], ["en", "Send"]] as const) {
    [asked.length, answers.talk] = [0, open()];
    const card = await rendered(language);
    answers.talk = SAME;
    await pass(5_000);
    await pass(15_000);
    await sends(card, "はい、\n空いています", label);
    const { asked_at_ms, name, ...rest } = asks("say")[0]!.body;
    assert.equal(asked_at_ms, Date.now());
    assert.match(String(name), /^[A-Za-z0-9_-]{16,64}$/u);
    assert.deepEqual(rest, { language, contact: "1001", channel: "1657", talk: "hash-1", words: "はい、\n空いています" });
    assert.equal(card.find(TextArea).props.value, "");
    assert.deepEqual(asked.map((each) => each.path), ["talk", "talk", "talk", "say", "talk"]);
    for (const seconds of [5, 15]) {
      const before = asked.length;
      await pass(seconds * 1_000 - 1);
      assert.equal(asked.length, before);
      await pass(1);
      assert.equal(asked.length, before + 1, "one timer, from 5 seconds");
    }
    close();
    await settle();
  }
});

test("it is asked soon again, too, where a question was on the way when something was said", async () => {
  const card = await rendered("ja");
  let arrive: (answer: Response) => void = () => {};
  answers.talk = () => new Promise((done) => { arrive = done; });
  await pass(5_000);
  await sends(card, "はい");
  assert.equal(asks("talk").length, 2);
  answers.talk = SAME;
  arrive(await SAME());
  await settle();
  assert.equal(asks("talk").length, 3, "at once after it");
  await pass(5_000);
  assert.equal(asks("talk").length, 4);
});

const LOST: [string, Answered, Refused][] = [
  ["no connection", async () => { throw new TypeError("fetch"); }, "no_answer"],
  ["it fails", json("", 500), "no_answer"],
  ["busy", json("", 429), "busy"],
  ["an answer without a word", json({}), "no_answer"],
];
for (const [what, lost, why] of LOST) {
  test(`after a lost answer the words stay and go out under the same name, after said under another: ${what}`, async () => {
    for (const language of ["ja", "en"] as const) {
      const { send, not_sent, same_again, refused } = WORDS[language];
      asked.length = 0;
      answers.say = lost;
      const card = await rendered(language);
      await sends(card, "はい", send);
      assert.equal(card.alerts(), `${not_sent}\n${refused[why]}\n${same_again}`);
      assert.equal(card.find(TextArea).props.value, "はい");
      card.button(send).trigger("onClick");
      await settle();
      // Other words are another message: under the first name nobody would get them.
      await sends(card, "いいえ", send);
      await sends(card, "はい", send);
      answers.say = json({ said: "push-1" });
      card.button(send).trigger("onClick");
      await settle();
      assert.equal(card.alerts(), "");
      assert.equal(card.find(TextArea).props.value, "");
      await sends(card, "はい", send);
      const [first, second, other, back, third, fourth] = asks("say").map((each) => each.body.name);
      assert.deepEqual([second, back, third], [first, first, first]);
      assert.ok(other !== first && fourth !== first && fourth !== other);
      assert.deepEqual(asks("say").map((each) => each.body.words), ["はい", "はい", "いいえ", "はい", "はい", "はい"]);
      close();
      await settle();
    }
  });
}

test("where there is no crypto, a name is made all the same", async () => {
  const real = Object.getOwnPropertyDescriptor(globalThis, "crypto")!;
  const names = new Set<unknown>();
  for (const value of [undefined, {}, { getRandomValues: (bytes: Uint8Array) => bytes.fill(names.size + 1) }]) {
    Object.defineProperty(globalThis, "crypto", { value, configurable: true });
    try {
      const card = await rendered("ja");
      await sends(card, "はい");
      names.add(asks("say").at(-1)!.body.name);
      close();
      await settle();
    } finally {
      Object.defineProperty(globalThis, "crypto", real);
    }
  }
  assert.equal(names.size, 3);
  for (const name of names) assert.match(String(name), /^[A-Za-z0-9_-]{16,64}$/u);
});

test("whoever types is seen to on the person's phone, at most every 20 seconds, whatever comes of it", async () => {
  answers.writing = json("", 503);
  const card = await rendered("ja");
  for (const words of ["", " ", "あ", "ああ", "あああ"]) types(card, words);
  await settle();
  assert.deepEqual(wrote.map(({ body }) => [body.talk, body.channel, body.words]), [["hash-1", "1657", undefined]], "and no word of it is told");
  await pass(19_999);
  types(card, "ああああ");
  assert.equal(wrote.length, 1);
  await pass(1);
  types(card, "あああああ");
  await settle();
  assert.deepEqual([wrote.length, card.alerts()], [2, ""]);
});

const WAITS: Tending = { waits: true, wrote: true, assigned: null, mine: false, has_talk: true };

test("whether the talk waits and whose it is stands at its head, and a press changes it once", async () => {
  for (const [language, take, give_back, done, again, nobody, you] of [
    ["ja", "自分が担当する", "担当を外す", "返信せずに、返信済みにする", "未返信に戻す", "トークの担当者：指定なし", "トークの担当者：あなた"],
    ["en", "Assign it to me", "Unassign it from me", "It needs no answer", "Mark as unanswered", "Assigned to: nobody", "Assigned to: you"],
  ] as const) {
    [asked.length, answers.tend, answers.talk] = [0, json({ done: true }), open({ tend: WAITS })];
    const card = await rendered(language);
    assert.ok(card.text().includes(nobody));
    answers.talk = open({ tag: "t2", tend: { ...WAITS, assigned: "user 1", mine: true }, older: null });
    card.button(take).trigger("onClick");
    card.button(take).trigger("onClick");
    await settle();
    assert.deepEqual(asks("tend").map(({ body }) => [body.tend, body.talk, body.channel]), [["mine", "hash-1", "1657"]]);
    assert.ok(card.text().includes(you), card.text());
    answers.talk = open({ tag: "t3", tend: { ...WAITS, waits: false, assigned: "佐藤 美咲" }, older: null });
    card.button(done).trigger("onClick");
    await settle();
    assert.ok(card.text().includes("佐藤 美咲") && card.button(take) && card.button(again));
    answers.tend = json({ refused: "not_found" });
    card.button(again).trigger("onClick");
    await settle();
    assert.match(card.alerts(), language === "ja" ? /変更できませんでした/u : /could not be changed/u);
    assert.deepEqual(asks("tend").map(({ body }) => body.tend), ["mine", "answered", "to_do"]);
    answers.talk = open({ tag: "t4", tend: { ...WAITS, mine: true, assigned: "user 1" }, older: null });
    await pass(5_000);
    assert.ok(card.button(give_back));
    close();
    await settle();
  }
});

test("a talk in which nobody has said anything is nobody's, and an answer of before says nothing of it", async () => {
  answers.talk = open({ tend: { ...WAITS, waits: false, wrote: false, has_talk: false } });
  const card = await rendered("ja");
  assert.ok(!card.text().includes("トークの担当者"));
  close();
  const { tend: _, ...before } = OPEN;
  answers.talk = json(before);
  assert.ok((await rendered("ja")).text().includes("こんにちは"));
});

test("buttons are typed one by one, stand below the message and go out with it, and none is empty", async () => {
  for (const [language, open_them, add, send] of [["ja", "クイックリプライのボタンを付ける", "ボタンを追加", "送信"], ["en", "Add quick reply buttons", "Add the button", "Send"]] as const) {
    [asked.length, answers.talk] = [0, open()];
    const card = await rendered(language);
    const field = () => card.findAll(Input).find((each) => each.props.name === "quick");
    assert.equal(field(), undefined);
    card.button(open_them).trigger("onClick");
    for (const label of [" はい ", "", "いいえ"]) {
      if (label !== "") field()!.trigger("onInput", label as never);
      card.button(add).trigger("onClick");
    }
    types(card, "ご都合はいかがですか。", "onChange");
    card.button(send).trigger("onClick");
    await settle();
    const [said] = asks("say").map(({ body }) => body);
    assert.deepEqual([said!.quick, said!.words], [["はい", "いいえ"], "ご都合はいかがですか。"]);
    // What LINE does not take is said in words, and nothing is lost.
    answers.say = json({ mistake: "ボタンの文字は20文字までです。" });
    field()!.trigger("onChange", "長".repeat(21) as never);
    card.button(add).trigger("onClick");
    types(card, "もう一度", "onChange");
    card.button(send).trigger("onClick");
    await settle();
    assert.ok(card.text().includes("長".repeat(21)), "the button stands there still");
    assert.equal(card.find(TextArea).props.value, "もう一度");
    answers.say = json({ said: "push-1" });
    close();
    await settle();
  }
});

const STICKERS = ["446/1988", "789/10855"].map((sticker) => ({ sticker, title: `題 ${sticker}`, picture: `https://stickershop.line-scdn.net/${sticker}.png` }));

test("a sticker is chosen by its picture and sent once, and what is typed stays", async () => {
  for (const [language, choose, close_them] of [["ja", "スタンプを選んで送る", "スタンプを閉じる"], ["en", "Choose a sticker to send", "Close the stickers"]] as const) {
    [asked.length, answers.talk] = [0, open({ stickers: STICKERS })];
    const card = await rendered(language);
    assert.equal(card.findAll(Image).length, 0);
    types(card, "書きかけ", "onChange");
    card.button(choose).trigger("onClick");
    assert.ok(card.button(close_them));
    assert.deepEqual(card.findAll(Image).map((each) => [each.props.src, each.props.alt]), STICKERS.map(({ picture, title }) => [picture, title]));
    let arrive: (answer: Response) => void = () => {};
    answers.say = () => new Promise((done) => { arrive = done; });
    const second = card.findAll(Image)[1]!;
    second.trigger("onClick");
    await settle();
    assert.equal(card.findAll(Image).length, 0, "it is chosen");
    arrive(new Response(JSON.stringify({ refused: "silent" })));
    await settle();
    answers.say = json({ said: "push-1" });
    card.button(choose).trigger("onClick");
    card.findAll(Image)[1]!.trigger("onClick");
    await settle();
    const [first, again] = asks("say").map(({ body }) => body);
    assert.deepEqual([first!.sticker, first!.words, first!.talk], ["789/10855", undefined, "hash-1"]);
    assert.deepEqual([again!.sticker, again!.name], ["789/10855", first!.name], "whatever became of the first, one arrives");
    assert.equal(card.find(TextArea).props.value, "書きかけ");
    close();
    await settle();
  }
});

test("a text of the team's is put behind what is typed, with its buttons, and both go out", async () => {
  const texts = [{ name: "営業時間", words: "10時から18時までです。", quick: ["予約する", "場所"] }, { name: "お礼", words: "ありがとうございます。", quick: [] }];
  for (const [language, label, without] of [["ja", "送信", "ボタンを外す"], ["en", "Send", "Without buttons"]] as const) {
    [asked.length, answers.talk] = [0, open({ texts })];
    const card = await rendered(language);
    // A later answer says nothing of them: they stay.
    answers.talk = open({ tag: "t2" });
    await pass(5_000);
    types(card, "佐藤です。 ");
    const choose = (name: string) => card.find(Select).trigger("onChange", name as never);
    assert.deepEqual(card.find(Select).props.options, texts.map(({ name }) => ({ label: name, value: name })));
    choose("営業時間");
    choose("お礼");
    assert.equal(card.find(TextArea).props.value, "佐藤です。\n10時から18時までです。\nありがとうございます。");
    assert.ok(card.text().includes("予約する / 場所"));
    card.button(label).trigger("onClick");
    await settle();
    assert.deepEqual(asks("say")[0]!.body.quick, ["予約する", "場所"]);
    assert.ok(!card.text().includes("予約する"), "the next message has none");
    choose("営業時間");
    card.button(without).trigger("onClick");
    card.button(label).trigger("onClick");
    await settle();
    assert.deepEqual([asks("say")[1]!.body.quick, asks("say")[1]!.body.words], [undefined, texts[0]!.words]);
    close();
    await settle();
  }
});

test("a sticker that was said is shown as a picture, with words for who does not see it", async () => {
  const picture = "https://stickershop.line-scdn.net/1.png";
  answers.talk = open({ lines: [{ who: "person", by: "佐藤", at: "11/27 10:00", words: "[スタンプ] (1/2)", picture, file: null }], saying: [{ ...SENDS, picture }] });
  const card = await rendered("ja");
  assert.deepEqual(card.findAll(Image).map((each) => [each.props.src, each.props.alt]), [[picture, "[スタンプ] (1/2)"], [picture, "お待ちください"]]);
  // An answer of before has neither pictures nor stickers.
  const { stickers: _, ...before } = OPEN;
  answers.talk = json({ ...before, tag: "t2", lines: before.lines.map(({ picture: __, file: ___, ...line }) => line) });
  await pass(5_000);
  assert.ok(card.text().includes("予約できますか"));
  assert.deepEqual([card.findAll(Image).length, card.alerts()], [0, ""]);
});

test("what a message answers stands above its words", async () => {
  const quotes = "こちらの11月27日 10:01:00のメッセージへの返信：「はい」";
  answers.talk = open({ lines: [{ who: "person", by: "佐藤", at: "11/27 10:02", words: "では伺います", picture: null, file: null, quotes }] });
  const card = await rendered("ja");
  assert.ok(card.text().includes(quotes) && card.text().includes("では伺います"));
});

const PICTURE = "data:image/jpeg;base64,/9j/";
const came = (name: string | null, more: Partial<File> = {}): File => ({ name, picture: true, address: null, words: "画像を開く", ...more });
const said = (file: File, who: Open["lines"][number]["who"] = "person") => ({ who, by: "佐藤", at: "11/27 10:00", words: "[画像]", picture: null, file });

test("pictures that somebody sent are shown, each asked for once, a few at a time, and none that is no picture", async () => {
  const names = Array.from({ length: 14 }, (_, index) => `${index}-a`);
  answers.talk = open({ lines: names.map((name) => said(came(name))), older: { notes: [["[画像]"]], files: [[came("older-a")]], before: null } });
  const gives = async (given: (name: string) => unknown) => {
    const files = asked.at(-1)!.body.files as string[];
    return new Response(JSON.stringify({ pictures: Object.fromEntries(files.map((name) => [name, given(name)])) }));
  };
  answers.pictures = () => gives((name) => (name === "13-a" ? "https://evil.example/a.jpg" : name === "11-a" ? "data:image/svg+xml;base64,PA==" : name === "12-a" ? null : PICTURE));
  const card = await rendered("ja");
  for (let turn = 0; turn < 5; turn += 1) await settle();
  const wanted = asks("pictures").map(({ body }) => body.files as string[]);
  assert.deepEqual(wanted.map((each) => each.length), [4, 4, 4]);
  assert.deepEqual(wanted.flat().sort(), names.slice(2).sort(), "the newest twelve");
  assert.deepEqual([asks("pictures")[0]!.body.talk, asks("pictures")[0]!.body.channel], ["hash-1", "1657"]);
  assert.deepEqual(new Set(card.findAll(Image).map((each) => each.props.src)), new Set([PICTURE]));
  assert.equal(card.findAll(Image).length, 9);
  answers.talk = open({ tag: "t2", lines: names.map((name) => said(came(name))), older: null });
  await pass(5_000);
  await settle();
  assert.equal(asks("pictures").length, 3, "and not with each look");
  // One more, and the CRM is silent: it opens by its button all the same, and is asked for again after a while, a few times.
  answers.pictures = json({ refused: "silent" });
  answers.talk = open({ tag: "t3", lines: [said(came("new-a"))], older: null });
  await pass(5_000);
  await pass(5_000);
  assert.deepEqual(asks("pictures").slice(3).map(({ body }) => body.files), [["older-a", "new-a"]]);
  assert.equal(card.findAll(LoadingButton, (each) => each.text === "画像を開く").length, 2);
  assert.equal(card.alerts(), "");
  // Then it says something of one of the two.
  answers.pictures = json({ pictures: { "older-a": null } });
  await pass(20_000);
  await settle();
  assert.deepEqual(asks("pictures").slice(4).map(({ body }) => body.files), [["older-a", "new-a"]]);
  answers.pictures = json({ pictures: { "new-a": PICTURE } });
  await pass(20_000);
  await settle();
  assert.deepEqual(asks("pictures").slice(5).map(({ body }) => body.files), [["new-a"]]);
  assert.equal(card.findAll(Image).length, 1);
  for (let minute = 0; minute < 5; minute += 1) await pass(60_000);
  assert.equal(asks("pictures").length, 6, "all is known");
});

test("four pictures that never come keep no other waiting, nor does one that has just come", async () => {
  const names = Array.from({ length: 8 }, (_, index) => `${index}-a`);
  answers.talk = open({ lines: names.map((name) => said(came(name))) });
  answers.pictures = async () => {
    const files = (asked.at(-1)!.body.files as string[]).filter((name) => Number.parseInt(name) < 4 || name === "new-a");
    return new Response(JSON.stringify(files.length > 0 ? { pictures: Object.fromEntries(files.map((name) => [name, PICTURE])) } : { refused: "silent" }));
  };
  const card = await rendered("ja");
  for (let turn = 0; turn < 5; turn += 1) await settle();
  assert.deepEqual(asks("pictures").map(({ body }) => body.files), [names.slice(4), names.slice(0, 4)]);
  assert.equal(card.findAll(Image).length, 4);
  answers.talk = open({ tag: "t2", lines: [...names, "new-a"].map((name) => said(came(name))), older: null });
  await pass(5_000);
  await settle();
  assert.deepEqual(asks("pictures")[2]!.body.files, ["new-a"], "it waits for no pause of the others");
  assert.equal(card.findAll(Image).length, 5);
});

test("of a picture that the CRM never tells of nobody goes on asking", async () => {
  answers.talk = open({ lines: [said(came("1-a"))] });
  answers.pictures = json({ refused: "silent" });
  await rendered("ja");
  for (let turn = 0; turn < 20; turn += 1) await pass(20_000);
  assert.equal(asks("pictures").length, 6);
});

test("a picture that comes while another is asked for again is asked for behind it, and so is the other", async () => {
  answers.talk = open({ lines: [said(came("1-a"))] });
  answers.pictures = json({ refused: "silent" });
  const card = await rendered("ja");
  let arrive: (answer: Response) => void = () => {};
  answers.pictures = () => new Promise((done) => { arrive = done; });
  await pass(20_000);
  answers.talk = open({ tag: "t2", lines: [said(came("1-a")), said(came("2-a"))], older: null });
  await pass(5_000);
  assert.deepEqual(asks("pictures").map(({ body }) => body.files), [["1-a"], ["1-a"]]);
  arrive(new Response(JSON.stringify({ refused: "silent" })));
  answers.pictures = json({ pictures: { "1-a": PICTURE, "2-a": PICTURE } });
  for (let turn = 0; turn < 3; turn += 1) await settle();
  assert.deepEqual(asks("pictures").slice(2).map(({ body }) => body.files), [["2-a"]]);
  await pass(20_000);
  await settle();
  assert.deepEqual(asks("pictures").slice(3).map(({ body }) => body.files), [["1-a"]]);
  assert.equal(card.findAll(Image).length, 2);
});

test("a picture that comes while others are asked for waits for them, and none is asked for twice", async () => {
  let arrive: (answer: Response) => void = () => {};
  answers.talk = open({ lines: [said(came("1-a"))] });
  answers.pictures = () => new Promise((done) => { arrive = done; });
  const card = await rendered("ja");
  answers.talk = open({ tag: "t2", lines: [said(came("1-a")), said(came("2-a"))], older: null });
  await pass(5_000);
  assert.deepEqual(asks("pictures").map(({ body }) => body.files), [["1-a"]]);
  arrive(new Response(JSON.stringify({ pictures: { "1-a": PICTURE } })));
  answers.pictures = json({ pictures: { "2-a": PICTURE } });
  await settle();
  assert.deepEqual(asks("pictures").map(({ body }) => body.files), [["1-a"], ["2-a"]]);
  assert.equal(card.findAll(Image).length, 2);
});

test("what somebody sent opens by an address of some minutes, which is asked for by a press; and what we sent by its own", async () => {
  for (const [language, opens, label] of [["ja", "新しいタブで開く", "ファイルを開く"], ["en", "Open it in a new tab", "Open the file"]] as const) {
    asked.length = 0;
    const pdf = came("1-a", { picture: false, words: label });
    const ours = came(null, { address: "https://files.example/a.jpg", words: "ours" });
    answers.talk = open({ lines: [said(pdf), said(came(null, { picture: false, words: "saved soon" })), said(ours, "operator")] });
    answers.file = json({ address: "https://signed.example/a" });
    const card = await rendered(language);
    assert.deepEqual(card.findAll(Image).map((each) => each.props.src), ["https://files.example/a.jpg"]);
    assert.deepEqual(card.findAll(Link).map((each) => each.props.href), [{ url: "https://files.example/a.jpg", external: true }]);
    assert.ok(card.text().includes("saved soon") && asks("pictures").length === 0);
    card.button(label).trigger("onClick");
    card.button(label).trigger("onClick");
    await settle();
    assert.deepEqual(asks("file").map(({ body }) => body.files), [["1-a"]], "once");
    const link = () => card.maybeFind(Link, (each) => each.text?.includes(opens) ?? false);
    assert.deepEqual(link()?.props.href, { url: "https://signed.example/a", external: true });
    answers.file = json({ refused: "file_gone" });
    await pass(240_000);
    assert.equal(link(), null, "the address is dead soon");
    card.button(label).trigger("onClick");
    await settle();
    assert.equal(card.alerts(), `${WORDS[language].not_opened}\n${WORDS[language].refused.file_gone}`);
    answers.file = json({ address: "http://signed.example/a" });
    card.button(label).trigger("onClick");
    await settle();
    assert.equal(link(), null, "what is not https is no address");
    close();
    await settle();
  }
});

test("a file goes out from HubSpot's upload or from an address, by one name until something was sent, and a refusal stands in words", async () => {
  for (const [language, opens, label, none] of [
    ["ja", "画像やファイルを送る", "ファイルを送信", "ファイルを選ぶか"], ["en", "Send a picture or a file", "Send the file", "Choose a file"],
  ] as const) {
    [asked.length, answers.talk] = [0, open()];
    const card = await rendered(language);
    assert.equal(card.maybeFind(FileUpload), null, "HubSpot's experiment is on the card only once it is wanted");
    types(card, "書きかけ");
    card.button(opens).trigger("onClick");
    card.button(label).trigger("onClick");
    await settle();
    assert.ok(card.alerts().includes(none) && asks("send").length === 0);
    card.find(Input).trigger("onInput", " https://a.example/a.png " as never);
    answers.send = json({ mistake: "送れません。" });
    card.button(label).trigger("onClick");
    card.button(label).trigger("onClick");
    await settle();
    assert.equal(card.alerts(), `${WORDS[language].not_sent}\n送れません。`);
    answers.send = json({ refused: "no_answer" });
    card.button(label).trigger("onClick");
    await settle();
    assert.ok(card.alerts().includes(WORDS[language].same_file_again));
    // Words of which nobody knows meanwhile keep their name while the file is sent.
    answers.say = json({ refused: "no_answer" });
    card.button(WORDS[language].send).trigger("onClick");
    await settle();
    answers.send = json({ said: "push-1" });
    card.find(FileUpload).trigger("onChange", [{ id: 1, name: "見積.pdf", url: "https://files.example/1.pdf" }] as never);
    assert.equal(card.find(Input).props.readOnly, true, "what was uploaded goes first");
    card.find(FileUpload).trigger("onChange", [] as never);
    card.button(label).trigger("onClick");
    await settle();
    const [mistake, lost, sent] = asks("send").map(({ body }) => body);
    assert.equal(asks("send").length, 3, "a double click sends once");
    assert.deepEqual([sent!.address, sent!.called, sent!.talk, sent!.channel], ["https://a.example/a.png", undefined, "hash-1", "1657"]);
    assert.ok(mistake!.name === sent!.name && lost!.name === sent!.name, "whatever became of the first, one arrives");
    assert.equal(asks("talk").length, 2, "and is looked for at once");
    assert.deepEqual([card.maybeFind(FileUpload), card.find(TextArea).props.value], [null, "書きかけ"]);
    answers.say = json({ said: "push-2" });
    card.button(WORDS[language].send).trigger("onClick");
    await settle();
    assert.equal(asks("say")[0]!.body.name, asks("say")[1]!.body.name, "one message");
    card.button(opens).trigger("onClick");
    card.find(FileUpload).trigger("onChange", [{ id: 1, name: "見積.pdf", url: "https://files.example/1.pdf" }] as never);
    card.button(label).trigger("onClick");
    await settle();
    const uploaded = asks("send")[3]!.body;
    assert.deepEqual([uploaded.address, uploaded.called], ["https://files.example/1.pdf", "見積.pdf"]);
    assert.notEqual(uploaded.name, sent!.name);
    close();
    await settle();
  }
});

test("a file of which nobody knows keeps its name while words are said, and words that were said do not", async () => {
  answers.talk = open();
  const card = await rendered("ja");
  card.button("画像やファイルを送る").trigger("onClick");
  card.find(Input).trigger("onInput", "https://a.example/a.png" as never);
  const sendsFile = async () => {
    card.button("ファイルを送信").trigger("onClick");
    await settle();
  };
  const says = async () => {
    types(card, "はい");
    card.button("送信").trigger("onClick");
    await settle();
  };
  answers.send = json({ refused: "no_answer" });
  answers.say = json({ said: "push-1" });
  await sendsFile();
  await says();
  await says();
  answers.send = json({ said: "push-2" });
  await sendsFile();
  const [lost, sent] = asks("send").map(({ body }) => body.name);
  const [first, second] = asks("say").map(({ body }) => body.name);
  assert.equal(lost, sent, "one message");
  assert.notEqual(first, second, "the same words later are another message");
});

test("a double click sends once, and meanwhile the button waits", async () => {
  let arrive: (answer: Response) => void = () => {};
  answers.say = () => new Promise((done) => { arrive = done; });
  const card = await rendered("ja");
  types(card, "はい");
  const button = card.button("送信");
  const sending = () => card.find(LoadingButton, (each) => each.text === "送信").props.loading;
  button.trigger("onClick");
  button.trigger("onClick");
  await settle();
  card.button("送信").trigger("onClick");
  await settle();
  assert.equal(asks("say").length, 1);
  assert.deepEqual([sending(), card.find(TextArea).props.readOnly], [true, true]);
  arrive(await json({ said: "push-1" })());
  await settle();
  assert.deepEqual([sending(), card.find(TextArea).props.readOnly], [false, false]);
});

test("a mistake is shown at the box, and nothing is asked for where nothing was typed", async () => {
  answers.say = json({ mistake: "長すぎます。" });
  const card = await rendered("ja");
  await sends(card, "はい");
  const { error, validationMessage, value } = card.find(TextArea).props;
  assert.deepEqual([error, validationMessage, value], [true, "長すぎます。", "はい"]);
  answers.say = json({ said: "push-1" });
  card.button("送信").trigger("onClick");
  await settle();
  assert.deepEqual([card.find(TextArea).props.error, card.find(TextArea).props.validationMessage], [false, undefined]);
  assert.equal(asks("say").length, 2);
  close();
  for (const [language, label, words] of [["ja", "送信", "メッセージを入力してください。"], ["en", "Send", "Type a message."]] as const) {
    const empty = await rendered(language);
    await sends(empty, " \n　", label);
    assert.equal(empty.find(TextArea).props.validationMessage, words);
    close();
    await settle();
  }
  assert.equal(asks("say").length, 2);
});

test("a refusal to send that does not pass is said without asking to try again", async () => {
  for (const language of ["ja", "en"] as const) {
    answers.say = json({ refused: "not_found" });
    const card = await rendered(language);
    await sends(card, "はい", WORDS[language].send);
    assert.equal(card.alerts(), `${WORDS[language].not_sent}\n${WORDS[language].refused.not_found}`);
    assert.equal(card.find(TextArea).props.value, "はい");
    close();
    await settle();
  }
});

test("what it costs is said before, and is not said any longer than it holds", async () => {
  for (const [language, free, counted, quota] of [
    ["ja", "いまなら無料の返信として送られ、月のメッセージ通数に数えられません。", "プッシュメッセージとして送られ、1通と数えられます。", "今月のメッセージ通数を使い切りました"],
    ["en", "goes out as a free reply and is not counted", "counted as one", "This month's messages are used up"],
  ] as const) {
    answers.talk = open({ free_until_ms: Date.now() + 3_000 });
    const card = await rendered(language);
    assert.ok(card.text().includes(free) && !card.text().includes(counted));
    await pass(2_999);
    assert.ok(card.text().includes(free));
    await pass(1);
    assert.ok(card.text().includes(counted) && !card.text().includes(free));
    assert.equal(card.alerts(), "");
    answers.talk = open({ quota_out: true });
    await pass(2_000);
    assert.ok(card.alerts().includes(quota) && !card.text().includes(counted));
    assert.ok(card.find(TextArea), "a reply can still go out");
    close();
    await settle();
  }
});

test("whoever blocked the Official Account cannot be written to", async () => {
  for (const [language, words] of [["ja", "ブロックしているため"], ["en", "have blocked"]] as const) {
    answers.talk = open({ blocked: true });
    const card = await rendered(language);
    assert.ok(card.alerts().includes(words) && card.text().includes("予約できますか"));
    assert.equal(card.maybeFind(TextArea), null);
    assert.equal(card.maybeFind(LoadingButton), null);
    close();
    await settle();
  }
});

test("what is on its way is said so, and an empty talk, too", async () => {
  for (const [language, words, nothing] of [["ja", "送信中です。", "新しいやりとりはありません。"], ["en", "On its way.", "No new messages."]] as const) {
    answers.talk = open({ saying: [{ ...SENDS, words: "一" }, { ...SENDS, words: "二" }] });
    const card = await rendered(language);
    assert.equal(card.text().split(words).length, 2, "once, below the last part");
    assert.ok(card.text().indexOf(words) > card.text().indexOf("二") && !card.text().includes(nothing));
    answers.talk = open({ lines: [] });
    await pass(5_000);
    assert.ok(card.text().includes(nothing) && !card.text().includes(words));
    close();
    await settle();
  }
});

test("of what may have arrived somebody decides, either way, once", async () => {
  for (const [language, question, yes, again] of [
    ["ja", "届いたかどうか分かりません。二重に届かないよう、自動では送り直しません。", "届いている", "届いていないので、もう一度送る"],
    ["en", "It is not known whether it arrived.", "It arrived", "It did not arrive: send it again"],
  ] as const) {
    for (const [label, arrived] of [[yes, "yes"], [again, "again"]] as const) {
      [asked.length, answers.talk] = [0, open({ saying: [{ ...SENDS, unknown: true }, { ...SENDS, send: "push-2", words: "別" }] })];
      answers.decide = json({ refused: "silent" });
      const card = await rendered(language);
      assert.ok(card.alerts().includes(question));
      assert.equal(card.findAll(LoadingButton).length, 3, "one question, and the box");
      const button = card.button(label);
      button.trigger("onClick");
      button.trigger("onClick");
      await settle();
      assert.deepEqual(asks("decide").map((each) => each.body), [{ asked_at_ms: Date.now(), language, contact: "1001", channel: "1657", talk: "hash-1", send: "push-1", arrived }]);
      assert.ok(card.alerts().includes(WORDS[language].not_decided));
      assert.equal(asks("talk").length, 1);
      answers.decide = json({ done: true });
      answers.talk = open({ tag: "t2" });
      card.button(label).trigger("onClick");
      await settle();
      assert.deepEqual([asks("decide").length, asks("talk").length], [2, 2]);
      assert.equal(card.alerts(), "");
      close();
      await settle();
    }
  }
});

test("the record's middle and its side show this contact's card, with HubSpot's clipboard", async () => {
  type Extend = (api: unknown) => Parameters<ReturnType<typeof createRenderer>["render"]>[0];
  const extended: Extend[] = [];
  Object.assign(hubspot, { extend: (extension: Extend) => extended.push(extension) });
  await import("../src/app/cards/TalkTab.tsx");
  await import("../src/app/cards/TalkSidebar.tsx");
  assert.equal(extended.length, 2);
  for (const extension of extended) {
    for (const [user, language] of [[{ language: "ja", locale: "en" }, "ja"], [{ locale: "ja-jp" }, "ja"], [{}, "en"]] as const) {
      answers.talk = json({ is: "not_linked", channels: [{ channel: "1", name: "a", login: "https://a.example/", add: null }] });
      const copied: string[] = [];
      const card = createRenderer("crm.record.sidebar");
      const copyTextToClipboard = async (text: string) => { copied.push(text); };
      card.render(extension({ context: { user, crm: { objectId: 4_000_000_001, objectTypeId: "0-1" } }, actions: { copyTextToClipboard } }));
      await settle();
      assert.deepEqual([asked.at(-1)!.body.contact, asked.at(-1)!.body.language], ["4000000001", language]);
      card.find(Button).trigger("onClick");
      await settle();
      assert.deepEqual(copied, ["https://a.example/"]);
    }
  }
});

test("what ships is what was tested here: the same versions", () => {
  const parsed = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;
  const [ours, ships] = [parsed("package.json").devDependencies!, parsed("src/app/cards/package.json").dependencies!];
  assert.deepEqual(Object.keys(ships).sort(), ["@hubspot/ui-extensions", "react"]);
  for (const [name, version] of Object.entries(ships)) assert.equal(ours[name], version, name);
});

test("every answer that Musubi gives is read: its own tests hold the same examples against what it says", async () => {
  const examples = JSON.parse(readFileSync("tests/answers.json", "utf8")) as Record<string, Record<string, Body>>;
  const told: [string, string][] = [
    ["open", "日曜日は開いていますか？"], ["unknown", WORDS.ja.unknown], ["not_linked", "https://musubi.example/line/1657000001/login"],
    ["refused", WORDS.ja.refused.not_found],
  ];
  assert.deepEqual(Object.keys(examples.talk!).sort(), [...told.map(([which]) => which), "same"].sort());
  for (const [which, words] of told) {
    answers = { talk: json(examples.talk![which]) };
    const card = await rendered("ja");
    assert.ok(card.text().includes(words) || card.alerts().includes(words), which);
    close();
    await settle();
  }
  const [there] = Object.values((examples.pictures!.there as { pictures: Record<string, string> }).pictures);
  answers = { talk: json(examples.talk!.open), pictures: json(examples.pictures!.there), file: json(examples.file!.there) };
  const open = await rendered("ja");
  open.button("画像を開く").trigger("onClick");
  await settle();
  assert.ok(open.find(Image, (each) => each.props.src === there) && open.find(Link, (each) => each.text?.includes(WORDS.ja.opens) ?? false));
  close();
  await settle();
  answers = { talk: json(examples.talk!.unknown), decide: json(examples.decide!.done) };
  const card = await rendered("ja");
  card.button(WORDS.ja.arrived).trigger("onClick");
  await settle();
  assert.equal(asks("decide").length, 1);
  assert.ok(!card.alerts().includes(WORDS.ja.not_decided));
});

test("words typed for one person are never another's: where the contact is linked to somebody else, the box is empty and nothing of before stays", async () => {
  answers.talk = open({ older: { notes: [["前の方とのやりとり"]], files: [], before: null } });
  const card = await rendered("ja");
  types(card, "前の方への返事", "onChange");
  assert.ok(card.text().includes("前の方とのやりとり"));
  answers.talk = open({ talk: "hash-9", tag: "t9", lines: [], older: { notes: [], files: [], before: null } });
  await pass(5_000);
  assert.equal(card.find(TextArea).props.value, "");
  assert.ok(!card.text().includes("前の方とのやりとり"));
  answers.talk = open();
  await pass(5_000);
  assert.equal(card.find(TextArea).props.value, "前の方への返事", "it waits for its own talk");
});
