// The card on the contact's record: a message comes, the card shows it, the answer reaches the phone as a reply, a later one as a push, and the note holds all of it.
// The page is a stand-in that calls what HubSpot's card calls, by HubSpot's signed request; the card's own React is tested by HubSpot's renderer (infra/hubspot/tests).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { asJson, isOpenToAll, openConsole, openPage, ROOT, sends } from "./harness.js";

const CARD = "/demo/hubspot/card";
const PICTURE = join(ROOT, "infra/local/src/page/picture.png");
const SAID = {
  ja: { opens: "画像を開く", wrong: "HTTP 404", unlinked: "LINEと連携していません", qr: "QRコード", free: "無料", paid: "1通", by: "（担当者）", name: "佐藤" },
  en: { opens: "Open the picture", wrong: "HTTP 404", unlinked: "Not linked", qr: "QR code", free: "free reply", paid: "counted as one", by: "(operator)", name: "Sato" },
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
      await until(({ crm }) => crm.tasks.some(({ status }) => status !== "COMPLETED"));
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

/** The last of what this selects on the card, which is loaded again until it is there. */
async function appears(page, selector) {
  const found = page.locator(selector);
  for (let looks = 0; looks < 100 && !(await found.count()); looks += 1) {
    await page.waitForTimeout(200);
    await page.goto(`${local.url}${CARD}`);
  }
  return found.last();
}

/** A machine of this computer where a picture lies, and nothing else. */
async function machine() {
  const server = createServer((asked, answer) => {
    const isThere = asked.url === "/picture.png";
    answer.writeHead(isThere ? 200 : 404, { "content-type": "image/png" }).end(isThere ? readFileSync(PICTURE) : "");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { at: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

for (const [language, locale] of [["ja", "ja-JP"], ["en", "en-US"]]) {
  test(`a picture comes and is seen on the record, and one goes out from there by its address (${language})`, async () => {
    const said = SAID[language];
    const hubspot = await openPage(local.url, { locale });
    const { page } = hubspot;
    page.setDefaultTimeout(20_000);
    const outside = await machine();
    const isOurs = (line) => !line.by_person && line.message?.type === "image";
    const ours = ({ line }) => line.people[0].talk.filter(isOurs);
    try {
      const sent = await fetch(`${local.url}/demo/line/${local.line_user_ids[0]}/picture`, asJson({}));
      assert.equal(sent.status, 200);
      const picture = await appears(page, "#lines .person .sent img");
      assert.ok((await picture.evaluate((img) => img.parentElement.innerText)).includes(said.opens));
      assert.equal(await picture.evaluate((img) => img.complete && img.naturalWidth), 400, "it came in the answer itself");

      const earlier = ours(await world()).length;
      await page.fill("#address", `${outside.at}/none.png`);
      await page.click("#file button");
      await page.locator("[role=alert]", { hasText: said.wrong }).waitFor();
      assert.equal(ours(await world()).length, earlier);
      await page.fill("#address", `${outside.at}/picture.png`);
      await page.click("#file button");
      await until((seen) => ours(seen).length === earlier + 1);
      const link = await appears(page, "#lines .operator .sent a");
      assert.match(await link.getAttribute("href"), /-picture\.jpg$/);
      await isOpenToAll(page, `card-files-${language}`);

      // Somebody who is linked to nobody is shown the address and its QR code.
      const made = await fetch(`${local.url}/demo/crm/contacts`, asJson({ properties: { email: `nobody-${language}@example.com` } }));
      const { contact_id } = await made.json();
      await page.goto(`${local.url}${CARD}?contact=${contact_id}`);
      assert.ok((await page.locator("#is").innerText()).includes(said.unlinked));
      const qr = page.getByAltText(said.qr).first();
      assert.ok((await qr.evaluate((img) => img.complete && img.naturalWidth)) > 500);
      await isOpenToAll(page, `card-unlinked-${language}`);
      assert.deepEqual(hubspot.problems, []);
    } finally {
      outside.close();
      await hubspot.close();
    }
  });
}
