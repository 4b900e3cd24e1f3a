// HubSpot's inbox: opened in the console, a message stands there as a thread, the answer reaches the phone as a reply, and what LINE refuses is said in words.
// The page is a stand-in for HubSpot's screen; what goes between it and Musubi is the fake's custom channels API, as HubSpot documents it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { asJson, barriers, isOpenToAll, openConsole, openPage, sends } from "./harness.js";

const INBOX = "/demo/hubspot/inbox";
const SAID = {
  ja: { sent: "送信済み", refused: "ブロック", failed: "送信できませんでした" },
  en: { sent: "Sent", refused: "blocked", failed: "Not sent" },
};
let local;
let opened;

before(async () => {
  opened = await openConsole();
  ({ local } = opened);
  const { page } = opened;
  // HubSpot shows a developer the app's ID and key; an admin types them into the console, once.
  await page.goto(`${local.url}${INBOX}`);
  const [app, key] = [await page.innerText("#app"), await page.innerText("#key")];
  const { line } = await (await fetch(`${local.url}/world.json`)).json();
  await page.goto(`${local.url}/console/channels/${line.channel.channel_id}/inbox`);
  await page.fill("#app_number", app);
  await page.fill("#developer_key", key);
  await page.click("main form button.button");
  await page.waitForURL(/saved=1/);
  await fetch(`${local.url}/demo/clock`, asJson({ advance_ms: 61_000 }));
});

after(() => opened?.close());

const world = async () => (await fetch(`${local.url}/world.json`)).json();

/** Until this is so in the world. */
async function until(look) {
  for (let looks = 0; looks < 200; looks += 1) {
    if (look(await world())) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  assert.fail(`it is never seen: ${look}`);
}

/** The inbox, loaded again until one of the thread's messages has all of these words. */
async function shows(page, ...words) {
  for (let looks = 0; looks < 150; looks += 1) {
    await page.goto(`${local.url}${INBOX}`);
    const messages = await page.locator("#messages li").allInnerTexts();
    if (messages.some((message) => words.every((word) => message.includes(word)))) return;
    await page.waitForTimeout(200);
  }
  assert.fail(`the inbox never shows ${words}`);
}

async function answers(page, text) {
  await page.fill("#words", text);
  await page.click("#write button");
}

const isOnPhone = (text) => ({ line }) => JSON.stringify(line.messages).includes(JSON.stringify(text));

for (const [language, locale] of [["ja", "ja-JP"], ["en", "en-US"]]) {
  test(`a message is answered in the inbox, free of charge, and a refusal is said there (${language})`, async () => {
    const said = SAID[language];
    const hubspot = await openPage(local.url, { locale });
    const { page } = hubspot;
    page.setDefaultTimeout(20_000);
    try {
      // The demo speaks what its first page is read in.
      await until(({ language: spoken }) => spoken === language);
      const [question, answer, late] = [`受信トレイへの質問 ${language}`, `受信トレイからの答え ${language}`, `ブロックの後 ${language}`];
      const phone = `${local.url}/demo/line/${local.line_user_ids[0]}`;
      assert.equal((await fetch(`${phone}/text`, asJson({ text: question }))).status, 200);
      await shows(page, question);
      const [pushes, replies] = await sends(local);
      await answers(page, answer);
      await until(isOnPhone(answer));
      assert.deepEqual(await sends(local), [pushes, replies + 1], "a reply, and no push");
      await shows(page, answer, said.sent);

      await fetch(`${phone}/block`, asJson({}));
      await until(({ crm }) => crm.contacts.some(({ properties }) => properties.line_follows === "false"));
      await answers(page, late);
      await shows(page, late, said.failed, said.refused);
      assert.ok(!isOnPhone(late)(await world()));
      assert.deepEqual(await barriers(page), []);
      await isOpenToAll(page, `inbox-${language}`);
      await fetch(`${phone}/unblock`, asJson({}));
      assert.deepEqual(hubspot.problems, []);
    } finally {
      await hubspot.close();
    }
  });
}
