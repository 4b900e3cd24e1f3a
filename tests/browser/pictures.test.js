// A picture each way: one that a friend sends is seen in the talk and hangs on the note, and one that an operator sends reaches the phone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { asJson, isOpenToAll, openConsole, ROOT, sends } from "./harness.js";

const SAID = {
  ja: { open: "トークを開く", send: "画像やファイルを送る", button: "送信する", alt: "届いた画像（開く）", wrong: "この種類のファイルは送れません", film: "[動画]" },
  en: { open: "Open the talk", send: "Send a picture or a file", button: "Send it", alt: "The picture they sent (open it)", wrong: "This kind of file cannot be sent", film: "[Video]" },
};
const ARRIVES = { timeout: 60_000 };
const PICTURE = join(ROOT, "infra/local/src/page/picture.png");
let local;
let opened;
let page;

before(async () => {
  opened = await openConsole();
  ({ local, page } = opened);
});

after(() => opened?.close());

const world = async () => (await fetch(`${local.url}/world.json`)).json();

/** What `found` finds in the world, once it does. */
async function seen(what, found) {
  for (let looks = 0; looks < 300; looks += 1) {
    const it = found(await world());
    if (it) return it;
    await new Promise((done) => setTimeout(done, 200));
  }
  return assert.fail(`${what} does not come`);
}

async function openTalk(language) {
  await page.goto(`${local.url}/console/people?lang=${language}`);
  await page.fill("#who", "1001");
  await page.press("#who", "Enter");
  await page.waitForURL(/\/console\/people\/[\w-]{60,}$/);
  await page.getByRole("link", { name: SAID[language].open }).first().click();
  await page.waitForURL(/\/console\/talks\/[\w-]{60,}$/);
}

for (const [language, said] of Object.entries(SAID)) {
  test(`a picture comes into the open talk, and one goes back as a free reply (${language})`, async () => {
    await openTalk(language);
    const before = (await world()).crm.notes.length;
    const sent = await fetch(`${local.url}/demo/line/${local.line_user_ids[0]}/picture`, asJson({}));
    assert.equal(sent.status, 200);
    const picture = page.locator("#now .theirs .sent img").last();
    await picture.waitFor(ARRIVES);
    assert.equal(await picture.getAttribute("alt"), said.alt);
    const width = () => picture.evaluate((img) => img.complete && img.naturalWidth);
    for (let looks = 0; looks < 100 && !(await width()); looks += 1) await page.waitForTimeout(100);
    assert.equal(await width(), 400, "it is loaded, from HubSpot through the console");

    const [pushes, replies] = await sends(local);
    const isOurs = (line) => !line.by_person && line.message?.type === "image";
    const earlier = (await world()).line.people[0].talk.filter(isOurs).length;
    await page.getByText(said.send, { exact: true }).click();
    // What is no picture is refused in words, and the talk is still there.
    await page.setInputFiles("#file", { name: "a.png", mimeType: "image/png", buffer: Buffer.from("<svg/>") });
    await page.getByRole("button", { name: said.button }).click();
    await page.locator(".mistake", { hasText: said.wrong }).waitFor();
    await page.getByText(said.send, { exact: true }).click();
    await page.setInputFiles("#file", PICTURE);
    await isOpenToAll(page, `talk-picture-${language}`);
    await page.getByRole("button", { name: said.button }).click();
    await page.waitForURL(/\?sent=/);
    await seen("the picture on the phone", ({ line }) => line.people[0].talk.filter(isOurs).length > earlier);
    assert.deepEqual(await sends(local), [pushes, replies + 1], "free of charge");
    const ours = (await world()).line.people[0].talk.filter(isOurs).at(-1).message;
    assert.match(ours.originalContentUrl, /^https:.*-picture\.jpg$/);
    assert.match(ours.previewImageUrl, /^https:.*-preview\.jpg$/);

    await fetch(`${local.url}/demo/clock`, asJson({ advance_ms: 20 * 60_000 }));
    const note = await seen("the note", ({ crm }) => crm.notes.length > before && crm.notes.at(-1));
    assert.equal((note.body.match(/\[(画像|Picture)\]/g) ?? []).length, 2, "both stand on it");
    assert.equal(note.attached.length, 2, "and hang on it");
    await openTalk(language);
    await page.locator("#past .sent img").last().waitFor(ARRIVES);
  });
}

test("nothing was wrong on any page", () => assert.deepEqual(opened.problems.filter((it) => !it.includes("422")), []));
