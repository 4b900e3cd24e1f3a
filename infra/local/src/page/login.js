// LINE Login: a QR code for each route. Clicking one stands for scanning it; the new tab is the phone's browser.

import { drawing, h, redraw } from "./dom.js";
import { language, word } from "./words.js";

const node = (id) => document.getElementById(id);

/** Draws the codes, where people can log in by this page's own host. */
export function drawLogin(page) {
  const login = page.world.ours?.login ?? null;
  node("login").hidden = node("to-login").hidden = node("to-console").hidden = node("to-inbox").hidden = login === null;
  if (login === null) return;
  const routes = [...login.routes, null];
  redraw(node("logins"), [language(), login], () => [routes.map((route) => code(page, login, route)), aside(login)]);
}

function code(page, login, route) {
  const at = (path) => address(`/line/${login.channel_id}/login${path}`, { route });
  const scanned = login.liff_url ? address(login.liff_url, { route }) : at("");
  const words = route ? word("login.scan", { route }) : word("login.scan.none");
  const setOut = () => page.awaitSomebody();
  return h("figure", { class: "code", "data-route": route ?? "" },
    h("a", { class: "scan", href: scanned, key: `scan-${route}`, title: words, onclick: setOut, ...elsewhere },
      h("img", { src: at("/qr.svg"), alt: words, width: "116", height: "116" })),
    h("figcaption", {},
      h("small", {}, word("login.route")), h("strong", { class: route ? "" : "none" }, route ?? word("login.none")),
      link(address(at(""), { lang: language() }), "login.web", { class: "web", key: `web-${route}`, onclick: setOut }),
      link(address(at("/qr"), { lang: language() }), "login.qr", { class: "qr-page", key: `qr-${route}` })));
}

function aside(login) {
  const page = (path) => address(`/line/${login.channel_id}/${path}`, { lang: language() });
  return h("div", { class: "about" },
    h("p", {}, word("login.who")), h("p", {}, word("login.email")),
    h("p", { class: "pages" },
      link(page("login/sample"), "login.sample", { class: "sample", key: "sample" }),
      link(page("unlink"), "login.unlink", { class: "unlink", key: "unlink" })));
}

const elsewhere = { target: "_blank", rel: "noopener" };

function link(href, words, more) {
  return h("a", { href, ...elsewhere, ...more }, word(words), drawing("i-out"));
}

/** An address with more in its query; what is null is left out. */
function address(base, query) {
  const said = Object.entries(query).filter(([, value]) => value !== null).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return said.length === 0 ? base : `${base}${base.includes("?") ? "&" : "?"}${said.join("&")}`;
}
