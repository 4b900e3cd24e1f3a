// The settings page, rendered by HubSpot's own test renderer; `hubspot.fetch` is a stand-in for HubSpot's servers and Musubi behind them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, mock, test } from "node:test";
import { Alert, Button, Heading, LoadingButton } from "@hubspot/ui-extensions";
import { createRenderer } from "@hubspot/ui-extensions/testing";
import { Settings } from "../src/app/settings/Settings.tsx";

const ADDRESS = "{PUBLIC_URL}/console/enter?code=abc";
const asked: { url: string; options: { method?: string; body?: Record<string, unknown> } }[] = [];
let answer: () => Promise<Response>;

Object.assign(globalThis, {
  self: globalThis,
  hsFetch: (url: string, options: { method?: string }) => {
    asked.push({ url, options });
    return answer();
  },
});

// The minute that an address is shown for holds no test up.
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = Object.assign((...args: Parameters<typeof realTimeout>) => {
  const timer = realTimeout(...args);
  return Number(args[1]) >= 10_000 ? timer.unref() : timer;
}, realTimeout);

const json = (body: unknown, status = 200) => async () => new Response(JSON.stringify(body), { status });

/** The page in this language, its button pressed, and what came of it. */
async function pressed(language: string) {
  const page = createRenderer("settings");
  page.render(<Settings language={language} />);
  page.find(LoadingButton).trigger("onClick");
  await page.waitFor(() => assert.ok(page.maybeFind(Alert)));
  return page;
}

beforeEach(() => {
  asked.length = 0;
  mock.timers.reset();
});

test("the button asks Musubi once and shows an address for a new tab", async () => {
  answer = json({ address: ADDRESS, seconds: 60 });
  for (const [language, opens, once] of [["ja", "新しいタブでコンソールを開く", "60秒以内に1回だけ"], ["en", "Open the console in a new tab", "once, within 60 seconds"]] as const) {
    asked.length = 0;
    const page = await pressed(language);
    const link = page.find(Button);
    assert.deepEqual(link.props.href, { url: ADDRESS, external: true });
    assert.equal(link.text, opens);
    assert.ok(page.find(Alert).text?.includes(once));
    assert.equal(asked.length, 1);
    const { url, options } = asked[0]!;
    assert.equal(url, "{PUBLIC_URL}/console/hand-over");
    assert.equal(options.method, "POST");
    // Who asks, HubSpot says; the page says when alone.
    assert.deepEqual(Object.keys(options.body!), ["asked_at_ms"]);
    assert.ok(Math.abs(Date.now() - Number(options.body!.asked_at_ms)) < 60_000);
  }
});

test("Japanese is spoken to whoever reads Japanese in HubSpot, English to everybody else", () => {
  for (const [language, title] of [["ja", "Musubiのコンソール"], ["ja-jp", "Musubiのコンソール"], ["JA", "Musubiのコンソール"], ["en", "Musubi's console"], ["fr", "Musubi's console"], ["", "Musubi's console"]] as const) {
    const page = createRenderer("settings");
    page.render(<Settings language={language} />);
    assert.equal(page.find(Heading).text, title, language);
  }
});

test("while Musubi is asked, the button waits, and nothing is opened", async () => {
  let arrive: (answer: Response) => void = () => {};
  answer = () => new Promise((done) => { arrive = done; });
  const page = createRenderer("settings");
  page.render(<Settings language="en" />);
  assert.equal(page.find(LoadingButton).props.loading, false);
  page.find(LoadingButton).trigger("onClick");
  await page.waitFor(() => assert.equal(page.find(LoadingButton).props.loading, true));
  assert.equal(page.maybeFind(Button), null);
  arrive(new Response(JSON.stringify({ address: ADDRESS, seconds: 60 })));
  await page.waitFor(() => assert.ok(page.maybeFind(Button)));
});

const CASES: [string, () => Promise<Response>, string, string][] = [
  ["the account is not connected", json({ refused: "not_connected" }), "接続されていません", "not connected"],
  ["no account is", json("", 404), "接続されていません", "not connected"],
  ["they were removed", json({ refused: "removed" }), "削除されています", "were removed"],
  ["there is no admin", json({ refused: "no_admin" }), "管理者がまだいません", "no admin yet"],
  ["too many addresses", json({ refused: "too_many" }), "1分ほど待って", "Wait a minute"],
  ["the secret is another", json("", 401), "musubi hubspot app", "musubi hubspot app"],
  ["HubSpot's limit", json("", 429), "混み合って", "busy"],
  ["it fails", json("", 503), "応答がありません", "does not answer"],
  ["no connection", async () => { throw new TypeError("fetch"); }, "応答がありません", "does not answer"],
  ["no JSON", async () => new Response("<html>"), "応答がありません", "does not answer"],
  ["null", json(null), "応答がありません", "does not answer"],
  ["another site's address", json({ address: "https://evil.example/console/enter?code=a", seconds: 60 }), "応答がありません", "does not answer"],
  ["a script's address", json({ address: "javascript:alert(1)", seconds: 60 }), "応答がありません", "does not answer"],
  ["another word of refusal", json({ refused: "toString" }), "応答がありません", "does not answer"],
];

for (const [what, answered, japanese, english] of CASES) {
  test(`it is said in words: ${what}`, async () => {
    answer = answered;
    for (const [language, words] of [["ja", japanese], ["en", english]] as const) {
      const page = await pressed(language);
      assert.ok(page.find(Alert).text?.includes(words), `${language}: ${page.find(Alert).text}`);
      assert.equal(page.maybeFind(Button), null, "nothing to open");
      // Another click asks again.
      const before = asked.length;
      page.find(LoadingButton).trigger("onClick");
      await page.waitFor(() => assert.equal(asked.length, before + 1));
    }
  });
}

test("after its minute the address is taken away, and another click makes another", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  answer = json({ address: ADDRESS, seconds: 60 });
  const page = createRenderer("settings");
  page.render(<Settings language="en" />);
  const until = async (holds: () => boolean) => {
    for (let turn = 0; turn < 1_000; turn += 1) {
      if (holds()) return;
      await new Promise((done) => setImmediate(done));
    }
    assert.fail("it does not come to that");
  };
  page.find(LoadingButton).trigger("onClick");
  await until(() => page.maybeFind(Button) !== null);
  mock.timers.tick(59_000);
  await new Promise((done) => setImmediate(done));
  assert.ok(page.maybeFind(Button));
  await until(() => { mock.timers.tick(1_000); return page.maybeFind(Button) === null; });
  assert.ok(page.find(Alert).text?.includes("60 seconds are over"));
  page.find(LoadingButton).trigger("onClick");
  await until(() => page.maybeFind(Button) !== null);
  assert.equal(asked.length, 2);
});

test("what ships is what was tested here: the same versions", () => {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;
  const [ours, ships] = [read("package.json").devDependencies!, read("src/app/settings/package.json").dependencies!];
  for (const [name, version] of Object.entries(ships)) assert.equal(ours[name], version, name);
});
