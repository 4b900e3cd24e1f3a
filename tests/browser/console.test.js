// The console in a browser: in by an invitation, a colleague invited by keyboard alone, out again; nobody is kept out, and nothing loads but our own files.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isOpenToAll, openPage, startLocal, tabTo } from "./harness.js";

let local;
let opened;
let page;

before(async () => {
  local = await startLocal();
  opened = await openPage(local.url);
  page = opened.page;
  page.setDefaultTimeout(20_000);
});

after(async () => {
  await opened?.close();
  await local?.stop();
});

test("somebody goes in, and everybody can use what they find, in both languages", async () => {
  await page.click("#to-console");
  await page.waitForURL(/\/console\/join/);
  await isOpenToAll(page, "console-join-ja");
  await page.click("main button");
  await page.waitForURL(/\/console$/);
  for (const language of ["ja", "en"]) {
    // The demo's Official Account (infra/local/src/seed.rs).
    for (const name of ["", "/account", "/channels/1657000001", "/channels/1657000001/routes", "/people", "/decisions", "/dead-letters", "/team", "/log"]) {
      await page.goto(`${local.url}/console${name}?lang=${language}`);
      assert.equal(await page.getAttribute("html", "lang"), language);
      await isOpenToAll(page, `console-${name.slice(1).replace("/1657000001", "").replace("/", "-") || "home"}-${language}`);
    }
  }
});

test("the doctor looks when asked, and says what is wrong and where", async () => {
  for (const language of ["ja", "en"]) {
    await page.goto(`${local.url}/console/doctor?lang=${language}`);
    await page.click("main button");
    await page.waitForURL(/\/console\/doctor$/);
    await isOpenToAll(page, `console-doctor-${language}`);
    // By now the first page knows how each account stands, in words.
    await page.goto(`${local.url}/console?lang=${language}`);
    const lamps = await page.locator(".lamp").allInnerTexts();
    assert.deepEqual(lamps.map((lamp) => lamp.trim()), Array(2).fill(language === "ja" ? "正常" : "In order"));
    await isOpenToAll(page, `console-overview-${language}`);
  }
  await page.goto(`${local.url}/console/doctor?lang=ja`);
  assert.match(await page.locator("main").innerText(), /最終確認/);
});

test("a person is found by keyboard alone, and what can be done is open to all; no script is needed", async () => {
  for (const language of ["ja", "en"]) {
    await page.goto(`${local.url}/console/people?lang=${language}`);
    await tabTo(page, "#who");
    // The demo's linked contact (infra/local/src/seed.rs).
    await page.keyboard.type("1001");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/console\/people\/[\w-]{60,}$/);
    await page.locator("main section dl").first().waitFor();
    assert.equal(await page.locator("script").count(), 0);
    await isOpenToAll(page, `console-person-${language}`);
    await page.click("main .button.grave");
    await page.locator("main input[type=checkbox]").first().waitFor();
    await isOpenToAll(page, `console-erase-${language}`);
  }
});

test("a message is looked at as it would arrive, and tried out, by keyboard alone; no script is needed", async () => {
  const settings = `${local.url}/console/channels/1657000001`;
  for (const language of ["ja", "en"]) {
    await page.goto(`${settings}?lang=${language}`);
    await page.fill("[name=testers]", "1001");
    await page.locator("[name=testers]").press("Enter");
    await page.waitForURL(/saved=1$/);
    await page.goto(`${local.url}/console/people?lang=${language}`);
    await page.fill("#who", "1001");
    await page.keyboard.press("Enter");
    await page.click("main a[href$='/preview']");
    await page.waitForURL(/\/preview$/);
    await isOpenToAll(page, `console-preview-empty-${language}`);
    await tabTo(page, "#message_1");
    await page.keyboard.type("{{line:firstname|customer}}: \u4e88\u7d04");
    await tabTo(page, "main form[action$='/preview'] button");
    await page.keyboard.press("Enter");
    await page.locator("#result .saved").waitFor();
    assert.match(await page.locator("#result .talk").innerText(), /^.+: \u4e88\u7d04$/);
    assert.doesNotMatch(await page.locator("#result .talk").innerText(), /firstname|customer/);
    assert.equal(await page.locator("script").count(), 0);
    await isOpenToAll(page, `console-preview-${language}`);
    await page.click("form[action$='/test'] button");
    await page.waitForURL(/\/test$/);
    assert.match(await page.locator("#result li").innerText(), language === "ja" ? /送信を受け付けました/ : /on its way/);
    await isOpenToAll(page, `console-tested-${language}`);
  }
});

test("what waits for a decision is decided by keyboard alone", async () => {
  // A workflow sends to the linked contact, and names somebody else on LINE (infra/local/src/seed.rs).
  const fields = { channel: "1657000001", message_1: "こんにちは", line_user_id: local.line_user_ids[1] };
  const body = JSON.stringify({ contact_ids: [1001], fields });
  const run = await fetch(`${local.url}/demo/crm/run`, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal(run.status, 200);
  const question = page.locator("main form[action='/console/decisions/questions']").first();
  for (let looks = 0; looks < 60 && (await question.count()) === 0; looks += 1) {
    await page.waitForTimeout(500);
    await page.goto(`${local.url}/console/decisions?lang=en`);
  }
  await isOpenToAll(page, "console-question-en");
  await page.goto(`${local.url}/console/decisions?lang=ja`);
  await isOpenToAll(page, "console-question-ja");
  await tabTo(page, "form[action='/console/decisions/questions'] button");
  await page.keyboard.press("Enter");
  await page.locator("main [role=status]").first().waitFor();
  assert.equal(await question.count(), 0);
  await isOpenToAll(page, "console-decided-ja");
});

test("a colleague is invited by keyboard alone, and the address is shown once", async () => {
  await page.goto(`${local.url}/console/team?lang=ja`);
  await tabTo(page, "#name");
  await page.keyboard.type("鈴木 太郎");
  await tabTo(page, "#role");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const address = await page.locator(".address").innerText();
  assert.match(address, /\/console\/join\?code=[\w-]{43}$/);
  await isOpenToAll(page, "console-invited-ja");
  const other = await openPage(local.url, { locale: "en-US" });
  try {
    await other.page.goto(address);
    await other.page.click("main button");
    await other.page.locator(".me", { hasText: "鈴木 太郎" }).waitFor();
    assert.deepEqual(await other.page.locator("nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))), ["/console", "/console/talks", "/console/people", "/console/decisions", "/console/doctor"], "a member sees no admin's pages");
    await page.goto(`${local.url}/console/team`);
    await page.click("a:has-text('削除')");
    await isOpenToAll(page, "console-remove-ja");
    await page.click("main button");
    await page.waitForURL(/\/console\/team$/);
    await other.page.goto(`${local.url}/console`);
    await other.page.locator("h1", { hasText: "You are not signed in" }).waitFor();
  } finally {
    await other.close();
  }
});

test("what is seldom opened keeps nobody out either", async () => {
  const channel = "/channels/1657000001";
  for (const language of ["ja", "en"]) {
    for (const name of ["/setup?", "/trial?", "/login/setup?", "/routes/remove?name=poster&"]) {
      await page.goto(`${local.url}/console${channel}${name}lang=${language}`);
      await page.locator("main h1").waitFor();
      await isOpenToAll(page, `console-${name.slice(1).replace(/\?.*/, "").replace("/", "-")}-${language}`);
    }
  }
  await page.goto(`${local.url}/console/people?lang=ja`);
  await page.fill("#who", "1001");
  await page.keyboard.press("Enter");
  await page.click("main .button.grave");
  for (const box of await page.locator("main input[type=checkbox]").all()) await box.check();
  await page.click("main .button.grave");
  await page.waitForURL(/\/console\/receipts\//);
  await isOpenToAll(page, "console-receipt-ja");
});

test("whoever signs out is out, and no page asked for anything but ours", async () => {
  await page.goto(`${local.url}/console`);
  await page.click(".me button");
  await page.locator("h1", { hasText: "ログアウトしました" }).waitFor();
  await isOpenToAll(page, "console-signed-out-ja");
  await page.goto(`${local.url}/console/team`);
  await page.locator("h1", { hasText: "ログインしていません" }).waitFor();
  // A page that is not shown says so by its status, and Chromium says that.
  const problems = opened.problems.filter((problem) => !/status of 401/.test(problem));
  assert.deepEqual(problems, []);
});
