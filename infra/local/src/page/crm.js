// The CRM: the list of contacts, and the record that is open.

import { avatar, h, redraw } from "./dom.js";
import { record } from "./record.js";
import { language, word } from "./words.js";

const node = (id) => document.getElementById(id);
const MOST_CONTACTS = 200;

/** A contact's name as the language has it: family name first in Japanese. */
export function nameOf(contact) {
  const { firstname = "", lastname = "", line_user_name = "", email = "" } = contact.properties;
  const parts = language() === "ja" ? [lastname, firstname] : [firstname, lastname];
  return parts.filter(Boolean).join(" ") || line_user_name || email || word("crm.noname");
}

/** Draws list and record. */
export function drawCrm(page) {
  const { contacts, tasks, notes, events, owners } = page.world.crm;
  node("contact-count").textContent = String(contacts.length);
  const newest = [...contacts].sort((a, b) => b.updated_at_ms - a.updated_at_ms).slice(0, MOST_CONTACTS);
  newest.sort((a, b) => a.created_at_ms - b.created_at_ms || a.id.localeCompare(b.id));
  redraw(node("contacts"), [language(), page.contact, newest], () => {
    if (newest.length === 0) return h("li", { class: "empty" }, word("crm.empty"));
    return newest.map((contact) => h("li", {}, row(page, contact)));
  });
  const contact = contacts.find((one) => one.id === page.contact);
  const its = (activity) => contact && (activity.contact_ids ?? [activity.contact_id]).includes(contact.id);
  const data = [language(), contact, tasks.filter(its), notes.filter(its), events.filter(its), owners];
  redraw(node("record"), data, () => (contact ? record(page, ...data.slice(1)) : h("p", { class: "empty" }, word("crm.choose"))));
}

function row(page, contact) {
  const { line_unanswered, line_user_id, email } = contact.properties;
  const name = nameOf(contact);
  return h("button", {
    type: "button", key: contact.id, class: "contact",
    "aria-current": contact.id === page.contact ? "true" : null, onclick: () => page.chooseContact(contact.id),
  },
  avatar(name),
  h("span", { class: "text" }, h("span", { class: "name" }, name), h("span", { class: "soft" }, email || (line_user_id ? "LINE" : ""))),
  line_unanswered === "true" && h("span", { class: "badge hot" }, word("crm.unanswered")));
}
