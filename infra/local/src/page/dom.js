// Making elements, replacing them without taking the focus away, and showing times.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on...` are listeners, `key` tells it from its siblings across redraws; null, undefined and false are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "key") node.dataset.key = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A drawing of the page's own set. With words it is an image to a screen reader, without it is decoration. */
export function drawing(id, words) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  if (words) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", words);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  return svg;
}

const drawn = new WeakMap();

/** Draws `node` anew if `data` differs from what it was drawn with. The focus stays on the element of the same key. */
export function redraw(node, data, make) {
  const mark = JSON.stringify(data);
  if (drawn.get(node) === mark) return false;
  drawn.set(node, mark);
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  node.replaceChildren(...[make()].flat(Infinity).filter(Boolean));
  if (focused) node.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return true;
}

/** A round mark with the first letter of a name; its colour follows from the name. */
export function avatar(name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 6;
  return h("span", { class: `avatar tint-${sum}`, "aria-hidden": "true" }, [...name][0] ?? "?");
}

/** Makes a field as high as its words, up to the height that its style allows. */
export function grow(field) {
  field.style.height = "auto";
  const borders = field.offsetHeight - field.clientHeight;
  if (field.scrollHeight > 0) field.style.height = `${field.scrollHeight + borders}px`;
}

/** Brings what is inside a scrolling pane into view, without moving the page. At once: on its way there slowly, the next redraw would stop it. */
export function reveal(pane, top, bottom) {
  const its = pane.getBoundingClientRect();
  const by = bottom > its.bottom ? Math.min(bottom - its.bottom, top - its.top) : top < its.top ? top - its.top : 0;
  if (by !== 0) pane.scrollBy({ top: by, behavior: "instant" });
}

/** Hours and minutes where the visitor is. */
export function clockTime(atMs, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(atMs);
}

/** Day and time where the visitor is. */
export function dayTime(atMs, language) {
  const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(language, parts).format(atMs);
}

/** A day. */
export function day(atMs, language) {
  return new Intl.DateTimeFormat(language, { month: "short", day: "numeric", weekday: "short" }).format(atMs);
}

/** A span of time that is left, such as 14:05. */
export function left(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
