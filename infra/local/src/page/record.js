// A contact's record: who it is, the owner's tasks, the LINE properties, and the activities.

import { avatar, dayTime, h } from "./dom.js";
import { familyFirst, nameOf } from "./crm.js";
import { hasWord, language, word } from "./words.js";

const PROPERTIES = [
  "line_unanswered", "line_follows", "line_last_outcome", "line_unanswered_message", "line_last_message",
  "line_recent_messages", "line_user_name", "line_route", "line_linked_at", "line_user_id", "line_user_picture",
];
const WIDE = new Set(["line_user_id", "line_unanswered_message", "line_last_message", "line_recent_messages"]);
/** What each contact's properties said when last drawn, so that what has changed can light up. */
const lastShown = new Map();
const KEPT_TAGS = new Set(["P", "H3", "H4", "B", "STRONG", "BR"]);
const DROPPED_TAGS = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "svg", "math"]);

/** The open record. */
export function record(page, contact, tasks, notes, events, owners, pause, nextLookMs) {
  const owner = owners.find((one) => one.owner_id === contact.properties.hubspot_owner_id);
  return [
    head(contact, owner), taskSection(page, contact, tasks, owner, nextLookMs), activitySection(notes, events, pause), propertySection(contact),
  ];
}

function head(contact, owner) {
  const { email, company, line_user_id, line_follows, line_unanswered } = contact.properties;
  const name = nameOf(contact);
  const follows = line_follows === "true" ? h("span", { class: "badge good" }, word("crm.friend")) : h("span", { class: "badge" }, word("crm.blocked"));
  return h("header", { class: "head" }, avatar(name),
    h("div", {}, h("h3", {}, name), h("p", { class: "soft" }, [email, company].filter(Boolean).join(" · "))),
    h("div", { class: "badges" },
      line_user_id ? line_follows && follows : h("span", { class: "badge" }, word("crm.unlinked")),
      line_unanswered === "true" && h("span", { class: "badge hot" }, word("crm.unanswered"))),
    h("p", { class: "owner soft" }, owner ? `${word("crm.owner")}: ${ownerName(owner)}` : word("crm.noowner"), " ",
      h("a", { href: `/demo/hubspot/card?contact=${contact.id}`, target: "_blank" }, word("crm.card"))));
}

function ownerName({ first_name, last_name }) {
  return (familyFirst(last_name + first_name) ? [last_name, first_name] : [first_name, last_name]).join(" ");
}

function section(name, ...content) {
  return h("section", { class: `part-${name}` }, h("h4", { class: "sub" }, word(`crm.${name}`)), ...content);
}

function taskSection(page, contact, tasks, owner, nextLookMs) {
  const open = (task) => task.status !== "COMPLETED";
  const sorted = [...tasks].sort((a, b) => Number(open(b)) - Number(open(a)) || b.at_ms - a.at_ms);
  const row = (task) => h("li", { class: open(task) ? "task" : "task done", title: plain(task.body) },
    h("div", {}, h("strong", {}, task.subject), h("span", { class: "soft" }, `${word("crm.due")} ${dayTime(task.due_at_ms, language())}`)),
    open(task)
      ? h("button", { type: "button", class: "small", key: `task-${task.id}`, onclick: () => page.post(`crm/tasks/${task.id}/complete`) }, word("crm.complete"))
      : h("span", { class: "badge" }, word("crm.completed")));
  if (sorted.length === 0) return section("tasks", h("p", { class: "hint" }, word(owner ? "crm.tasks.empty" : "crm.tasks.noowner")));
  const shown = sorted.slice(0, Math.max(1, tasks.filter(open).length));
  const isUnanswered = contact.properties.line_unanswered === "true";
  const answered = isUnanswered && page.world.crm.takes_answered_at && h("button", {
    type: "button", class: "small quiet answered", key: "answered",
    onclick: () => page.post(`crm/contacts/${contact.id}`, { properties: { line_answered_at: String(page.now()) } }),
  }, word("crm.answered"));
  const waits = isUnanswered && !tasks.some(open) && nextLookMs > 0;
  return section("tasks", h("ul", { class: "tasks" }, shown.map(row)),
    answered,
    waits && h("p", { class: "hint" }, word("crm.tasks.look"), " ", h("span", { "data-due": String(nextLookMs) })),
    sorted.length > shown.length && h("p", { class: "hint" }, word("crm.tasks.more", { count: sorted.length - shown.length })));
}

function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

function propertySection(contact) {
  const values = contact.properties;
  const earlier = lastShown.get(contact.id);
  lastShown.set(contact.id, values);
  const isNew = (name) => earlier !== undefined && (earlier[name] ?? "") !== (values[name] ?? "");
  if (!values.line_user_id) return section("properties", h("p", { class: "hint" }, word("crm.properties.empty")));
  const entry = (name) => h("div", { class: WIDE.has(name) ? "wide" : "" },
    h("dt", {}, hasWord(name) ? word(name) : "", " ", h("code", {}, name)),
    h("dd", { "data-property": name, class: isNew(name) ? "changed" : "" }, shown(name, values[name])));
  const ours = Object.keys(values).filter((name) => name.startsWith("line_") && !PROPERTIES.includes(name)).sort();
  const filled = [...PROPERTIES, ...ours].filter((name) => values[name]);
  const isAll = filled.length >= PROPERTIES.length;
  return section("properties", h("dl", { class: "properties" }, filled.map(entry)), !isAll && h("p", { class: "hint" }, word("crm.properties.rest")));
}

function shown(name, value) {
  if (value === "true" || value === "false") return word(value === "true" ? "yes" : "no");
  if (hasWord(`${name}.${value}`)) return [word(`${name}.${value}`), " ", h("code", {}, value)];
  if (name === "line_last_outcome" && hasWord(value)) {
    return [word(value), " ", h("code", {}, value), hasWord(`todo.${value}`) && h("p", { class: "hint" }, word(`todo.${value}`))];
  }
  if (name.endsWith("_at")) {
    const atMs = /^\d+$/.test(value) ? Number(value) : Date.parse(value);
    return Number.isNaN(atMs) ? value : dayTime(atMs, language());
  }
  return value;
}

function activitySection(notes, events, pause) {
  const all = [
    ...notes.map((note) => ({ key: note.id, kind: "crm.note", at_ms: note.at_ms, attached: note.attached.length, body: () => safe(note.body) })),
    ...events.map((event) => ({ key: event.id, kind: "crm.event", at_ms: event.at_ms, body: () => eventWords(event.event) })),
  ].sort((a, b) => b.at_ms - a.at_ms);
  if (all.length === 0) return section("activity", h("p", { class: "hint" }, word("crm.activity.empty", { pause })));
  return section("activity", h("ol", { class: "activities" }, all.map((one) =>
    h("li", {}, h("div", { class: "line" }, h("span", { class: "badge" }, word(one.kind)), h("time", { class: "soft" }, dayTime(one.at_ms, language()))),
      h("div", { class: "note" }, one.body()),
      one.attached > 0 && h("p", { class: "hint" }, word("crm.attached", { count: one.attached }))))));
}

function eventWords(event) {
  const html = event?.extraData?.html ?? event?.properties?.html;
  if (typeof html === "string") return safe(html);
  return Object.values(event?.properties ?? {}).map((value) => h("p", {}, String(value)));
}

/** A note's HTML, rebuilt from a few harmless elements without any attribute. People's words are in it: it is never inserted as it is. */
export function safe(html) {
  const rebuilt = (from) => [...from.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return child.textContent;
    if (child.nodeType !== Node.ELEMENT_NODE || DROPPED_TAGS.has(child.tagName)) return [];
    return KEPT_TAGS.has(child.tagName) ? h(child.tagName.toLowerCase(), {}, rebuilt(child)) : rebuilt(child);
  });
  return rebuilt(new DOMParser().parseFromString(html, "text/html").body);
}
