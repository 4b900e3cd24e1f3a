// The card on the contact's record: a message comes, the card shows it, the answer reaches the phone as a reply, a later one as a push, and the note holds all of it.
// The page is a stand-in that calls what HubSpot's card calls, by HubSpot's signed request; the card's own React is tested by HubSpot's renderer (infra/hubspot/tests).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { asJson, openConsole, openPage, sends } from "./harness.js";

const CARD = "/demo/hubspot/card";
const SAID = {
  ja: { free: "無料", paid: "1通", by: "（担当者）", name: "佐藤" },
  en: { free: "free reply", paid: "counted as one", by: "(operator)", name: "Sato" },
};
let local;
let opened;

before(async () => {
  // Whoever goes into the console first is an admin, without whom nobody answers in HubSpot.
  opened = await openConsole();
  ({ local } = opened);
});

after(() => opened?.close());

const world = async () => (await fetch(`${local.url}/world.json`)).json();

/** What this finds in the world, once it does. */
async function until(look) {
  for (let looks = 0; looks < 200; looks += 1) {
    const found = look(await world());
    if (found) return found;
    await new Promise((done) => setTimeout(done, 200));
  }
  return assert.fail(`it is never seen: ${look}`);
}

/** The card, loaded again until it shows these words. */
async function shows(page, words) {
  for (let looks = 0; looks < 100; looks += 1) {
    await page.goto(`${local.url}${CARD}`);
    if ((await page.locator("main").innerText()).includes(words)) return;
    await page.waitForTimeout(200);
  }
  assert.fail(`the card never shows ${words}`);
}

const isOnPhone = (text) => ({ line }) => JSON.stringify(line.messages).includes(JSON.stringify(text));

for (const [language, locale] of [["ja", "ja-JP"], ["en", "en-US"]]) {
  test(`a message is answered on the record, free of charge while LINE lets it be (${language})`, async () => {
    const said = SAID[language];
    const hubspot = await openPage(local.url, { locale });
    const { page } = hubspot;
    page.setDefaultTimeout(20_000);
    try {
      const [question, answer, later] = [`記録への質問 ${language}`, `記録からの答え ${language}`, `あとからの答え ${language}`];
      const wrote = await fetch(`${local.url}/demo/line/${local.line_user_ids[0]}/text`, asJson({ text: question }));
      assert.equal(wrote.status, 200);
      await shows(page, question);
      await until(({ crm }) => crm.contacts.some(({ properties }) => properties.line_unanswered === "true"));
      assert.ok((await page.locator("#cost").innerText()).includes(said.free));
      const [pushes, replies] = await sends(local);
      await page.fill("#words", answer);
      await page.click("#write button");
      await until(isOnPhone(answer));
      assert.deepEqual(await sends(local), [pushes, replies + 1], "a reply, and no push");
      await until(({ crm }) => crm.contacts.every(({ properties }) => properties.line_unanswered !== "true"));
      await shows(page, answer);
      assert.ok((await page.locator("#lines").innerText()).includes(said.by));

      // Two minutes later LINE takes no reply any more.
      await fetch(`${local.url}/demo/clock`, asJson({ advance_ms: 120_000 }));
      await page.goto(`${local.url}${CARD}`);
      assert.ok((await page.locator("#cost").innerText()).includes(said.paid));
      await page.fill("#words", later);
      await page.click("#write button");
      await until(isOnPhone(later));
      assert.deepEqual(await sends(local), [pushes + 1, replies + 1]);

      // The note holds all of it, in order, and says who answered.
      await fetch(`${local.url}/demo/clock`, asJson({ advance_ms: 3_600_000 }));
      const note = await until(({ crm }) => crm.notes.find(({ body }) => body.includes(later)));
      const places = [question, answer, later].map((words) => note.body.indexOf(words));
      assert.ok(places.every((place) => place >= 0) && places.toSorted((one, other) => one - other).join() === places.join(), note.body);
      // As HubSpot calls whoever is signed in there (infra/local/src/names.rs), in the language that the demo speaks.
      assert.ok(note.body.includes(said.name) && note.body.includes(said.by), note.body);
      await shows(page, later);
      assert.deepEqual(hubspot.problems, []);
    } finally {
      await hubspot.close();
    }
  });
}
