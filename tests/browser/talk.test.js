// A talk in the console: seen to come without the page being loaded anew, answered by keyboard and by a form without scripts, in both languages and on a narrow screen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { asJson, isOpenToAll, openConsole, openPage, sends, tabTo } from "./harness.js";

const SAID = {
  ja: { talks: "トーク", open: "トークを開く", free: "数えられません", paid: "1通と数えられます", by: "（担当者）", nobody: "未返信のトークはありません。" },
  en: { talks: "Talks", open: "Open the talk", free: "not counted", paid: "counted as one", by: " (operator)", nobody: "Nobody waits for an answer." },
};
const ARRIVES = { timeout: 60_000 };
let local;
let opened;
let page;

before(async () => {
  opened = await openConsole();
  ({ local, page } = opened);
});

after(() => opened?.close());

/** The linked friend writes. */
const writes = async (text) => {
  const answer = await fetch(`${local.url}/demo/line/${local.line_user_ids[0]}/text`, asJson({ text }));
  assert.equal(answer.status, 200);
};
const world = async () => (await fetch(`${local.url}/world.json`)).json();

/** What the linked friend's phone shows of ours that says this, once it does. */
async function arrives(text) {
  for (let looks = 0; looks < 150; looks += 1) {
    const talk = JSON.stringify((await world()).line);
    if (talk.includes(JSON.stringify(text))) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  assert.fail(`${text} does not arrive`);
}

/** The demo's linked contact (infra/local/src/seed.rs): from the person's page to the talk. */
async function openTalk(where, language) {
  await where.goto(`${local.url}/console/people?lang=${language}`);
  await where.fill("#who", "1001");
  await where.press("#who", "Enter");
  await where.waitForURL(/\/console\/people\/[\w-]{60,}$/);
  await where.getByRole("link", { name: SAID[language].open }).first().click();
  await where.waitForURL(/\/console\/talks\/[\w-]{60,}$/);
}

test("the list says that nobody waits, and keeps nobody out", async () => {
  for (const [language, said] of Object.entries(SAID)) {
    await page.goto(`${local.url}/console?lang=${language}`);
    await page.getByRole("navigation").getByRole("link", { name: said.talks }).click();
    await page.waitForURL(/\/console\/talks$/);
    assert.ok((await page.locator("main").innerText()).includes(said.nobody));
    await isOpenToAll(page, `talks-empty-${language}`);
  }
});

for (const [language, said] of Object.entries(SAID)) {
  test(`a message comes into the open page, and an answer typed by keyboard goes out as a reply (${language})`, async () => {
    const [question, answer] = [`質問 ${language}`, `答え ${language}`];
    await openTalk(page, language);
    // What is being written stays while something comes.
    await page.fill("#words", answer);
    await writes(question);
    await page.locator("#now .theirs .words", { hasText: question }).waitFor(ARRIVES);
    assert.equal(await page.inputValue("#words"), answer);
    // What an answer costs follows, too, on the page as it stands; so does that nothing is answered yet.
    assert.ok((await page.locator("#cost").innerText()).includes(said.free));
    assert.equal(await page.locator("#done button").count(), 1);
    await isOpenToAll(page, `talk-${language}`);
    const [pushes, replies] = await sends(local);
    await page.fill("#words", answer);
    await page.focus("#words");
    await tabTo(page, "#write form button");
    await page.keyboard.press("Enter");
    await page.locator("#now .ours .words", { hasText: answer }).waitFor(ARRIVES);
    assert.ok((await page.locator("#now .ours .by").last().innerText()).includes(said.by));
    await arrives(answer);
    assert.deepEqual(await sends(local), [pushes, replies + 1], "a reply, and no push");
  });

  test(`what is in a note is read back from HubSpot, and a later answer is a push (${language})`, async () => {
    const later = `あとから ${language}`;
    // The demo's clock: an hour on, and the note is written.
    const skipped = await fetch(`${local.url}/demo/clock`, asJson({ advance_ms: 3_600_000 }));
    assert.equal(skipped.status, 200);
    await openTalk(page, language);
    await page.locator("#past .note p", { hasText: `質問 ${language}` }).waitFor(ARRIVES);
    assert.ok((await page.locator("#past").innerText()).includes(`答え ${language}`));
    assert.ok((await page.locator("#cost").innerText()).includes(said.paid));
    await isOpenToAll(page, `talk-older-${language}`);
    const [pushes, replies] = await sends(local);
    // Without scripts: a form and a page.
    const plain = await openPage(local.url, { locale: language === "ja" ? "ja-JP" : "en-US", javaScriptEnabled: false, width: 390, height: 844 });
    try {
      plain.page.setDefaultTimeout(20_000);
      await plain.page.context().addCookies(await page.context().cookies());
      await openTalk(plain.page, language);
      await plain.page.fill("#words", later);
      await plain.page.click("#write form button");
      await plain.page.waitForURL(/\/console\/talks\/[\w-]{60,}(\?sent=[\w-]+)?#write$/);
    } finally {
      await plain.close();
    }
    await arrives(later);
    assert.deepEqual(await sends(local), [pushes + 1, replies]);
    await page.locator("#now .ours .words", { hasText: later }).waitFor(ARRIVES);
  });
}

test("nothing was loaded from elsewhere and nothing failed", () => {
  assert.deepEqual(opened.problems, []);
});
