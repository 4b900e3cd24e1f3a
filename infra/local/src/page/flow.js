// Below: the way from LINE to the CRM and back, with what each queue and the journal hold.

import { drawing, h, left, redraw } from "./dom.js";
import { hasWord, language, word } from "./words.js";

const MOST_CALLS = 8;
const MOST_ROWS = 8;
const node = (id) => document.getElementById(id);
const before = {};

/** Draws the diagram and the lists, and lets a light run where something has just passed. */
export function drawFlow(page) {
  const { line, crm, ours } = page.world;
  const sends = line.calls.filter((call) => /\/message\/(push|reply|multicast)$/.test(call.path));
  const counts = {
    heard: line.people.reduce((sum, person) => sum + person.talk.filter((said) => said.by_person).length, 0),
    sent: line.messages.length,
    actions: crm.executions.length,
    notes: crm.notes.length + crm.events.length,
  };
  const held = { inbox: ours?.inbox ?? 0, push: ours?.push ?? 0, outbox: ours?.outbox ?? 0 };
  redraw(node("diagram"), [language()], diagram);
  count(counts, held);
  const passed = { up: counts.heard, "up-2": counts.heard, dispatched: crm.calls, down: counts.actions, "down-2": sends.length };
  for (const [edge, count] of Object.entries(passed)) {
    if (edge in before && count > before[edge]) pulse(edge);
    before[edge] = count;
  }
  drawOutbox(page, ours?.effect_rows ?? []);
  drawCalls(page, sends);
  drawWrong(ours?.dead_letters ?? [], ours?.parked ?? [], line.channel);
}

function pulse(edge) {
  const dot = node("diagram").querySelector(`[data-edge="${edge}"] .dot`);
  dot?.animate([{ opacity: 0, left: "0%", offset: 0 }, { opacity: 1, offset: 0.15 }, { opacity: 1, offset: 0.85 }, { opacity: 0, left: "100%", offset: 1 }],
    { duration: 900, easing: "ease-in-out", direction: edge.startsWith("down") ? "reverse" : "normal" });
}

/** The diagram without its numbers: it stays as it is, so that a light can run through. */
function diagram() {
  const end = (id, icon, name, said) => h("div", { class: `node end ${id}` }, drawing(icon), h("strong", {}, word(name)), said.map((key) => h("small", { "data-count": key })));
  const store = (id, icon, name) => h("div", { class: `node store ${id}`, "data-held": id }, drawing(icon), h("span", {}, word(name)), h("strong", { class: "held" }));
  const edge = (id, of) => h("div", { class: `edge ${id}`, "data-edge": id }, h("code", {}, of), h("span", { class: "wire", "aria-hidden": "true" }, h("i", { class: "dot" })));
  return [
    end("line", "i-phone", "inside.line", ["webhooks", "pushes"]),
    edge("up", "line-webhook"), store("inbox", "i-queue", "inside.inbox"), edge("up-2", "line-inbox"),
    store("outbox", "i-book", "inside.journal"), edge("dispatched", "timeline-flush"),
    end("crm", "i-crm", "inside.crm", ["notes", "steps"]),
    edge("down", "crm-action"), store("push", "i-queue", "inside.push"), edge("down-2", "push-delivery"),
  ];
}

function count(counts, held) {
  const said = { webhooks: counts.heard, pushes: counts.sent, notes: counts.notes, steps: counts.actions };
  for (const small of node("diagram").querySelectorAll("[data-count]")) {
    small.textContent = word(`inside.${small.dataset.count}`, { count: said[small.dataset.count] });
  }
  for (const store of node("diagram").querySelectorAll("[data-held]")) {
    const holds = held[store.dataset.held];
    store.classList.toggle("busy", holds > 0);
    store.querySelector(".held").textContent = String(holds);
  }
}

function drawOutbox(page, rows) {
  const sorted = [...rows].sort((a, b) => a.due_at_ms - b.due_at_ms);
  const row = (one) => h("li", {}, h("span", {}, hasWord(`effect.${one.kind}`) ? word(`effect.${one.kind}`) : one.kind),
    one.tries > 0 && h("span", { class: "soft" }, word("inside.tries", { count: one.tries })),
    h("span", { class: "due", "data-due": String(one.due_at_ms) }));
  redraw(node("outbox"), [language(), sorted], () => {
    if (sorted.length === 0) return h("li", { class: "hint" }, word("inside.outbox.empty"));
    const hidden = sorted.length - MOST_ROWS;
    return [sorted.slice(0, MOST_ROWS).map(row), hidden > 0 && h("li", { class: "hint" }, `+ ${hidden}`)];
  });
  tick(page);
}

/** Counts every countdown on. */
export function tick(page) {
  for (const due of document.querySelectorAll("[data-due]")) {
    const ms = Number(due.dataset.due) - page.now();
    due.textContent = ms > 0 ? left(ms) : word("inside.due");
  }
}

function drawCalls(page, sends) {
  const row = (call) => h("li", {}, h("code", {}, call.path.split("/").at(-1)),
    h("span", { class: `status ${call.lost ? "lost" : call.status < 300 || call.status === 409 ? "fine" : "bad"}` }, call.lost ? "—" : String(call.status)),
    h("span", { class: "soft" }, call.lost ? word("inside.lost") : call.status === 409 ? word("inside.once") : ""),
    call.retry_key && h("code", { class: "key", title: `X-Line-Retry-Key: ${call.retry_key}` }, call.retry_key.slice(0, 8)));
  const shown = sends.slice(-MOST_CALLS).reverse();
  redraw(node("calls"), [language(), shown], () => (shown.length ? shown.map(row) : h("li", { class: "hint" }, word("inside.calls.empty"))));
  const lost = sends.filter((call) => call.lost).length;
  if (page.losing && lost >= page.losing) page.losing = 0;
  const button = node("lose");
  button.textContent = word(page.losing ? "inside.losing" : "inside.lose");
  button.title = word("inside.lose.title");
  button.setAttribute("aria-pressed", String(page.losing > 0));
  button.onclick = async () => {
    const armed = page.losing > 0;
    if (!(await page.post("faults", { line_loses_answers: armed ? 0 : 1 }))) return;
    page.losing = armed ? 0 : lost + 1;
    page.draw();
  };
}

function drawWrong(dead, parked, channel) {
  const failed = Object.values(channel?.webhook_errors ?? {}).reduce((sum, count) => sum + count, 0);
  const waiting = channel?.waiting_redeliveries ?? 0;
  const webhook = waiting > 0 && h("li", { class: "bad" }, h("strong", {}, word("inside.webhook", { failed, waiting })));
  const letter = (one) => h("li", { class: "bad" }, h("strong", {}, word("inside.dead", { queue: one.queue ?? "" })), h("span", {}, one.reason ?? word("inside.noreason")));
  const send = (one) => h("li", { class: "bad" }, h("strong", {}, word("inside.parked")), h("code", {}, typeof one === "string" ? one : (one.push_id ?? "")));
  redraw(node("wrong"), [language(), dead, parked, failed, waiting], () => {
    const all = [webhook || [], dead.slice(0, MOST_ROWS).map(letter), parked.slice(0, MOST_ROWS).map(send)].flat();
    return all.length ? all : h("li", { class: "hint" }, word("inside.wrong.empty"));
  });
}
