// The page's heart: asks for the world, lets each part draw itself, and does what the visitor wants.

import { dayTime, drawing, h, redraw } from "./dom.js";
import { drawCrm } from "./crm.js";
import { drawFlow, tick } from "./flow.js";
import { drawLogin } from "./login.js";
import { drawPhone, startPhone } from "./phone.js";
import { drawWorkflow, startWorkflow } from "./workflow.js";
import { language, span, speak, speakAll, word } from "./words.js";

const ASK_EVERY_MS = 700;
const ASK_HIDDEN_MS = 4000;

/** What is on show: the world as last seen, and what the visitor has chosen. */
const page = {
  world: null, person: localStorage.getItem("person"), contact: null, follows: true, losing: 0, aheadMs: 0, known: null,
  post, awaitSomebody, draw, now, pause, choosePerson, chooseContact,
};
let etag = "";
let timer = 0;
let asking = null;
let troubled = "";

/** The world's time now. */
function now() {
  return Date.now() + page.aheadMs;
}

/** How long a conversation must have paused to be written to the CRM, as words. */
function pause() {
  return span(pauseMs());
}

function pauseMs() {
  return page.world?.ours?.idle_window_ms ?? 900_000;
}

/** What the first button skips: the pause, but no less than a minute. */
function skipMs() {
  return Math.max(60_000, pauseMs());
}

/** Asks for the world, once at a time. */
function ask() {
  asking ??= askOnce().finally(() => {
    asking = null;
    timer = setTimeout(ask, document.hidden ? ASK_HIDDEN_MS : ASK_EVERY_MS);
  });
  return asking;
}

async function askOnce() {
  clearTimeout(timer);
  try {
    const answer = await fetch("/world.json", { cache: "no-store", headers: etag ? { "if-none-match": etag } : {} });
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    page.aheadMs = Number(answer.headers.get("x-now-ms")) - Date.now();
    if (answer.status === 200) {
      const isFirst = page.world === null;
      page.world = await answer.json();
      etag = answer.headers.get("etag") ?? "";
      draw();
      if (isFirst && page.world.language !== language()) speakThere();
    }
    if (troubled === "offline") trouble("");
  } catch {
    etag = "";
    trouble("offline");
  }
}

/** Asks for something to be done. Answers, once it is on show, with what came back, or null if it was refused; the visitor is told why. */
async function post(path, body = {}) {
  try {
    const answer = await fetch(`/demo/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    trouble(answer.ok ? "" : (said.error ?? "other"));
    return answer.ok ? said : null;
  } catch {
    trouble("offline");
    return null;
  } finally {
    // A question that is under way may have been asked before this was done.
    await asking;
    await ask();
  }
}

/** The demo speaks what its page is read in. */
function speakThere() {
  if (page.world) post("language", { language: language() });
}

function trouble(code) {
  troubled = code;
  const node = document.getElementById("trouble");
  const known = word(`trouble.${code}`);
  node.hidden = code === "";
  node.textContent = code === "" ? "" : known === `trouble.${code}` ? word("trouble.other") : known;
}

function contactOf(userId) {
  return page.world.crm.contacts.find((contact) => contact.properties.line_user_id === userId);
}

function choosePerson(userId) {
  page.person = userId;
  page.contact = null;
  page.follows = true;
  draw();
}

function chooseContact(id) {
  page.contact = id;
  page.follows = false;
  const userId = page.world.crm.contacts.find((contact) => contact.id === id)?.properties.line_user_id;
  if (page.world.line.people.some((person) => person.user_id === userId)) page.person = userId;
  draw();
}

/** Somebody sets out to log in in another tab: whoever of them then reaches the CRM is shown. */
function awaitSomebody() {
  page.known = new Set(page.world.crm.contacts.map(linkOf));
}

/** What a login changes of a contact. */
function linkOf({ id, properties }) {
  return `${id} ${properties.line_user_id ?? ""}`;
}

/** Shows the person who has been waited for, once. */
function welcome() {
  const { line, crm } = page.world;
  const isNew = (contact) => contact.properties.line_user_id && !page.known.has(linkOf(contact));
  const userId = page.known && crm.contacts.find(isNew)?.properties.line_user_id;
  if (!userId || !line.people.some((person) => person.user_id === userId)) return;
  page.known = null;
  Object.assign(page, { person: userId, contact: null, follows: true });
}

/** Keeps a person and a contact chosen, where there are any. The record follows the phone until somebody opens another one. */
function settle() {
  const { line, crm } = page.world;
  if (!line.people.some((person) => person.user_id === page.person)) page.person = line.people[0]?.user_id ?? null;
  const there = crm.contacts.some((contact) => contact.id === page.contact);
  const its = contactOf(page.person)?.id;
  if (its && (page.follows || !there)) page.contact = its;
  else if (!there) page.contact = page.person === line.people[0]?.user_id ? (crm.contacts[0]?.id ?? null) : null;
  if (page.person) localStorage.setItem("person", page.person);
}

function draw() {
  if (!page.world) return;
  welcome();
  settle();
  drawSteps();
  drawPhone(page);
  drawCrm(page);
  drawWorkflow(page);
  drawFlow(page);
  drawLogin(page);
}

function drawSteps() {
  const { line, crm } = page.world;
  const done = {
    write: line.people.some((person) => person.talk.some((said) => said.by_person)),
    arrive: crm.contacts.some((contact) => contact.properties.line_last_message),
    run: crm.executions.some((execution) => execution.state === "done"),
    note: crm.notes.length + crm.events.length > 0,
  };
  const blanks = { pause: page.pause(), skip: span(skipMs()) };
  const step = ([key, isDone], at) =>
    h("li", { class: isDone ? "done" : "" }, h("a", { href: PLACES[key], key, onclick: (event) => lead(event, PLACES[key]) },
      h("span", { class: "number", "aria-hidden": "true" }, isDone ? drawing("i-check") : String(at + 1)),
      word(`step.${key}`, blanks), isDone && h("span", { class: "unseen" }, word("step.done"))));
  redraw(document.getElementById("steps"), [language(), done, blanks], () => Object.entries(done).map(step));
}

/** Where each step is done. */
const PLACES = { write: "#text", arrive: "#record", run: "#workflow", note: "#skip15" };

/** Leads to a place: it is seen, lit up for a moment, and has the focus, so that the next key works there. */
function lead(event, place) {
  const node = document.querySelector(place);
  const target = place === "#workflow" ? node.querySelector(".main") : node;
  if (!target || !target.checkVisibility()) return;
  event.preventDefault();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const block = target.offsetHeight > innerHeight ? "start" : "nearest";
  target.scrollIntoView({ block, behavior: calm ? "auto" : "smooth" });
  target.focus({ preventScroll: true });
  const lit = target.closest(".composer") ?? target;
  lit.classList.remove("led");
  requestAnimationFrame(() => lit.classList.add("led"));
}

function drawClock() {
  const node = document.getElementById("now");
  node.textContent = page.world ? dayTime(now(), language()) : "";
  node.dateTime = page.world ? new Date(now()).toISOString() : "";
  for (const [id, ms] of [["skip15", skipMs()], ["skip60", 3_600_000]]) {
    const button = document.getElementById(id);
    button.textContent = word("skip", { span: span(ms) });
    button.title = word("skip.title", { pause: page.pause() });
  }
  tick(page);
}

function drawLanguage() {
  speakAll();
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language()));
  }
  trouble(troubled);
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.language);
    drawLanguage();
    draw();
    drawClock();
    speakThere();
  });
}
document.getElementById("skip15").addEventListener("click", () => post("clock", { advance_ms: skipMs() }));
document.getElementById("skip60").addEventListener("click", () => post("clock", { advance_ms: 3_600_000 }));
// Whoever comes back from LINE Login to their phone may be linked only once this page is there: the page that they left tells who came.
if (location.hash === "#phone") {
  addEventListener("storage", (told) => {
    if (told.key !== "person" || !told.newValue) return;
    Object.assign(page, { person: told.newValue, contact: null, follows: true });
    draw();
  });
}
document.addEventListener("visibilitychange", () => document.hidden || ask());

drawLanguage();
startPhone(page);
startWorkflow(page);
setInterval(drawClock, 1000);
ask().then(drawClock);
