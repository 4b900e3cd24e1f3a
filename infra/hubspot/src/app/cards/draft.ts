// What is typed and not sent, and the names under which it was tried to be sent.

/** What is typed, and the names under which something was tried to be sent. */
export interface Draft {
  words: string;
  /** The labels of buttons below them. */
  quick: string[];
  names: Map<string, string>;
  /** When the person was shown the last time that somebody is writing. */
  shown_at_ms: number;
}

export const draft = (): Draft => ({ words: "", quick: [], names: new Map(), shown_at_ms: 0 });

/** A name that nobody has given before: letters, digits and `-`, 32 to 36 of them. */
function freshName(): string {
  const source: Partial<Crypto> | undefined = globalThis.crypto;
  if (source?.randomUUID) return source.randomUUID();
  const bytes = new Uint8Array(16);
  if (source?.getRandomValues) source.getRandomValues(bytes);
  else bytes.forEach((_, index) => { bytes[index] = Math.floor(Math.random() * 256); });
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The same words, sticker or file have the same name until they were said, words also until the box was emptied: whatever became of the first, they arrive as one message. */
export function nameOf(draft: Draft, saying: object): string {
  const key = JSON.stringify(saying);
  const name = draft.names.get(key) ?? freshName();
  draft.names.set(key, name);
  return name;
}

/** Whoever empties the box has done with what was in it: the same words later are another message. A file or a sticker of which nobody knows keeps its name. */
export function boxIsEmpty(draft: Draft): void {
  for (const key of draft.names.keys()) if (key.startsWith('{"words"')) draft.names.delete(key);
}

/** This was said: the same later is another message. What is said beside it, and of which nobody knows, keeps its name. */
export const wasSaid = (draft: Draft, saying: object) => draft.names.delete(JSON.stringify(saying));
