// The workflow's one step, "Send LINE message": its fields, its run, and what came back.

import { nameOf } from "./crm.js";
import { dayTime, drawing, grow, h, redraw, reveal } from "./dom.js";
import { hasWord, language, word } from "./words.js";

const MOST_MESSAGES = 5;
const MOST_RUNS = 20;
const node = (id) => document.getElementById(id);
const typed = { messages: [null], everybody: false, user: "", after: "", tag: "", purpose: "", open: false, running: false, wrong: "" };

const samples = {
  text: () => word("flow.more.text"),
  sticker: () => JSON.stringify({ type: "sticker", packageId: "446", stickerId: "1993" }),
  buttons: () => JSON.stringify({
    type: "template", altText: language() === "ja" ? "ご予約の確認" : "Your booking",
    template: {
      type: "confirm", text: language() === "ja" ? "ご予約を確定しますか？" : "Confirm your booking?",
      actions: [
        { type: "message", label: word("yes"), text: word("yes") },
        { type: "postback", label: word("no"), data: "booking=no" },
      ],
    },
  }, null, 1),
};

/** Binds the form to its run, once. */
export function startWorkflow(page) {
  node("workflow").addEventListener("submit", (event) => {
    event.preventDefault();
    run(page);
  });
}

function messages() {
  return typed.messages.map((message, at) => message ?? (at === 0 ? word("flow.first") : ""));
}

async function run(page) {
  const filled = messages().filter((message) => message.trim());
  const contacts = typed.everybody ? page.world.crm.contacts.map((contact) => contact.id) : [page.contact].filter(Boolean);
  typed.wrong = filled.length === 0 ? "flow.needed" : contacts.length === 0 ? "flow.nobody" : "";
  if (!typed.wrong && !typed.running) {
    const fields = Object.fromEntries(filled.map((message, at) => [`message_${at + 1}`, message]));
    const others = { line_user_id: typed.user.trim(), not_after: typed.after.trim(), tag: typed.tag.trim(), purpose: typed.purpose.trim() };
    typed.running = true;
    page.draw();
    await page.post("crm/run", { contact_ids: contacts, fields: { ...fields, ...others } });
    typed.running = false;
    requestAnimationFrame(showResults);
  }
  page.draw();
}

/** Brings the newest result into view within its pane. */
function showResults() {
  const runs = node("runs");
  const { top } = runs.getBoundingClientRect();
  reveal(runs.closest(".pane"), top - 40, top + 170);
}

/** Draws form and results. */
export function drawWorkflow(page) {
  const { contacts, executions } = page.world.crm;
  const contact = contacts.find((one) => one.id === page.contact);
  const name = contact && nameOf(contact);
  const shape = [language(), name, contacts.length, typed.messages.length, typed.everybody, typed.running, typed.wrong, typed.filled ?? 0];
  if (redraw(node("workflow"), shape, () => form(page, name, contacts.length))) node("workflow").querySelectorAll("textarea").forEach(grow);
  const runs = executions.slice(-MOST_RUNS).reverse();
  const named = runs.map((one) => ({ ...one, name: nameOrId(contacts, one.contact_id) }));
  redraw(node("runs"), [language(), named], () => (named.length ? named.map(result) : h("li", { class: "hint" }, word("flow.runs.empty"))));
}

function nameOrId(contacts, id) {
  const contact = contacts.find((one) => one.id === id);
  return contact ? nameOf(contact) : id;
}

function form(page, name, count) {
  const whom = (everybody, label) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "whom", key: `whom-${everybody}`, checked: typed.everybody === everybody, onchange: () => {
      typed.everybody = everybody;
      page.draw();
    } }), h("span", {}, label));
  return [
    h("p", { class: "action" }, drawing("knot"), word("flow.action")),
    h("fieldset", { class: "whom" }, h("legend", {}, word("flow.whom")),
      whom(false, name ? word("flow.this", { name }) : word("flow.nobody")), whom(true, word("flow.all", { count }))),
    messages().map((message, at) => messageField(page, message, at)),
    typed.messages.length < MOST_MESSAGES && h("button", { type: "button", class: "small quiet add", key: "add", onclick: () => {
      typed.messages.push(null);
      page.draw();
      document.getElementById(`message_${typed.messages.length}`)?.focus();
    } }, `＋ ${word("flow.add")}`),
    more(),
    typed.wrong && h("p", { class: "wrong", role: "alert" }, word(typed.wrong)),
    h("div", { class: "run-bar" }, h("button", { type: "submit", class: "main", key: "run", disabled: typed.running }, word(typed.running ? "flow.running" : "flow.run"))),
  ];
}

function messageField(page, message, at) {
  const id = `message_${at + 1}`;
  const fill = (text) => {
    typed.messages[at] = text;
    typed.filled = (typed.filled ?? 0) + 1;
    page.draw();
  };
  const sample = (kind) => h("button", { type: "button", class: "chip", key: `${id}-${kind}`, onclick: () => fill(samples[kind]()) }, word(`flow.sample.${kind}`));
  return h("div", { class: "field" },
    h("div", { class: "line" }, h("label", { for: id, title: id }, word("flow.message", { number: at + 1 })),
      h("span", { class: "chips", role: "group", "aria-label": word("flow.sample") }, Object.keys(samples).map(sample),
        typed.messages.length > 1 && h("button", { type: "button", class: "chip", key: `${id}-remove`, "aria-label": word("flow.remove", { number: at + 1 }), onclick: () => {
          typed.messages.splice(at, 1);
          fill(typed.messages[at] ?? null);
        } }, "×"))),
    area(id, message, (text) => (typed.messages[at] = text)));
}

function area(id, value, oninput) {
  const node = h("textarea", { id, key: id, rows: "2", placeholder: word("flow.placeholder"), oninput: (event) => {
    oninput(event.target.value);
    grow(event.target);
  } });
  node.value = value;
  return node;
}

function more() {
  const field = (id, label, hint, key) => h("div", { class: "field" }, h("label", { for: id, title: id }, label),
    h("input", { id, key: id, value: typed[key], autocomplete: "off", oninput: (event) => (typed[key] = event.target.value) }),
    hint && h("p", { class: "hint" }, hint));
  const details = h("details", { open: typed.open, ontoggle: () => (typed.open = details.open) },
    h("summary", { key: "more" }, word("flow.more")),
    field("line_user_id", word("flow.user"), word("flow.user.hint"), "user"),
    field("not_after", word("flow.after"), word("flow.after.hint"), "after"),
    field("tag", word("flow.tag"), "", "tag"),
    field("purpose", word("flow.purpose"), word("flow.purpose.hint"), "purpose"));
  return details;
}

const GOOD = new Set(["accepted", "queued"]);

function result(one) {
  const outputs = one.outputs ?? {};
  const outcome = outputs.outcome;
  const count = Object.keys(one.fields).filter((field) => /^message_[1-5]$/.test(field)).length;
  const tone = outcome ? (GOOD.has(outcome) ? "good" : "hot") : one.state === "failed" ? "hot" : "";
  const pair = (label, name, value, ...more) => value && h("div", {}, h("dt", {}, label, " ", h("code", {}, name)), h("dd", { "data-output": name }, value, more));
  return h("li", { class: `run ${one.state}` },
    h("div", { class: "line" },
      h("span", { class: `badge ${tone}`, "data-outcome": outcome ?? one.state },
        outcome && hasWord(outcome) ? word(outcome) : word(`run.${one.state}`), outcome && h("code", {}, outcome)),
      h("time", { class: "soft" }, dayTime(one.at_ms, language()))),
    h("p", {}, h("strong", {}, one.name), " ", h("span", { class: "soft" }, word("run.messages", { count }))),
    outputs.reason && h("p", { class: "reason", "data-output": "reason" }, outputs.reason),
    outputs.line_request_id && h("dl", {}, pair(word("run.sent"), "sent_at", sentAt(outputs.sent_at)), pair(word("run.request"), "line_request_id", outputs.line_request_id, copier(outputs.line_request_id))));
}

/** A button that puts a value where it can be pasted from. */
function copier(value) {
  const button = h("button", { type: "button", class: "copy", key: `copy-${value}`, "aria-label": word("run.copy"), title: word("run.copy"), onclick: async () => {
    await navigator.clipboard.writeText(value).catch(() => {});
    button.replaceChildren(drawing("i-check"));
    button.setAttribute("aria-label", word("run.copied"));
  } }, drawing("i-copy"));
  return button;
}

function sentAt(value) {
  if (!value) return "";
  const atMs = /^\d+$/.test(String(value)) ? Number(value) : Date.parse(value);
  return Number.isNaN(atMs) ? String(value) : dayTime(atMs, language());
}
