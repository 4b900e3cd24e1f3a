// What is sent in a talk beside words: pictures are shown, everything else opens.

import { useEffect, useRef, useState } from "react";
import { Alert, Flex, Image, Link, LoadingButton, Text } from "@hubspot/ui-extensions";
import { pictures, whereIs, type File, type Shown as Of, type Who } from "./api.ts";
import { usePress } from "./press.ts";
import type { Words } from "./words.ts";

/** So many of the newest pictures are shown by themselves; the rest opens. */
const MOST = 12;
/** So many are asked for at a time. */
const AT_ONCE = 4;
/** What was not told is asked for once more after so long, and so often: HubSpot may be busy, and need not stay so. */
const AGAIN_MS = 20_000;
const AGAINS = 5;
/** An address that HubSpot gives out lives five minutes: a link is taken away before. */
const OPENS_MS = 240_000;

/** Pictures by the names of their files. `null`: there is none. */
export type Pictures = ReadonlyMap<string, string | null>;

/** Asks for each of the newest pictures, a few at a time and a few times, beside what asks whether something is new. */
export function usePictures(who: Who, of: Of, files: File[]): Pictures {
  const [{ known, tries }, setSeen] = useState({ known: new Map<string, string | null>(), tries: new Map<string, number>() });
  const [isHere, isAsking] = [useRef(true), useRef(false)];
  const names = files.flatMap(({ name, picture }) => (picture && name !== null ? [name] : []));
  const tried = (name: string) => tries.get(name) ?? 0;
  const open = [...new Set(names.slice(-MOST))].filter((name) => !known.has(name) && tried(name) <= AGAINS);
  // Of those that were asked for as often, the newest: one that never comes keeps no other waiting.
  const fewest = Math.min(...open.map(tried));
  const wanted = open.filter((name) => tried(name) === fewest).slice(-AT_ONCE);
  useEffect(() => {
    isHere.current = true;
    return () => { isHere.current = false; };
  }, []);
  useEffect(() => {
    if (wanted.length === 0) return;
    const asks = () => {
      if (isAsking.current) return;
      isAsking.current = true;
      void pictures(who, of, wanted).then((answer) => {
        isAsking.current = false;
        if (!isHere.current) return;
        const told = answer.is === "pictures" ? answer.pictures : new Map<string, string | null>();
        setSeen((before) => ({
          known: new Map([...before.known, ...wanted.flatMap((name) => (told.has(name) ? [[name, told.get(name) ?? null] as const] : []))]),
          tries: new Map([...before.tries, ...wanted.map((name) => [name, (before.tries.get(name) ?? 0) + 1] as const)]),
        }));
      });
    };
    if (fewest === 0) return asks();
    const again = setTimeout(asks, AGAIN_MS);
    return () => clearTimeout(again);
    // Whatever an answer said, it is looked at what is still wanted.
  }, [wanted.join(" "), fewest, tries]);
  return known;
}

interface Shown {
  file: File;
  words: Words;
  who: Who;
  of: Of;
  pictures: Pictures;
}

/** The picture, and what opens the file; or why it is not there. */
export function Sent({ file, words, who, of, pictures }: Shown) {
  const { name, address, picture } = file;
  const shown = picture ? (address ?? (name === null ? null : pictures.get(name))) : null;
  return (
    <>
      {shown && <Image src={shown} alt={file.words} width={240} />}
      {name !== null ? <Opens key={name} name={name} label={file.words} words={words} who={who} of={of} />
        : address !== null ? <Link href={{ url: address, external: true }}>{file.words}</Link>
          : <Text variant="microcopy">{file.words}</Text>}
    </>
  );
}

/** HubSpot is asked for an address when somebody wants it: it lives for minutes alone. */
function Opens({ name, label, words, who, of }: { name: string; label: string; words: Words; who: Who; of: Of }) {
  const [address, setAddress] = useState<string | null>(null);
  const { pressed, refused, setRefused, press } = usePress<"open">();
  useEffect(() => {
    if (address === null) return;
    const ends = setTimeout(() => setAddress(null), OPENS_MS);
    return () => clearTimeout(ends);
  }, [address]);
  const asks = async () => {
    const answer = await press("open", () => whereIs(who, of, name));
    if (answer === null) return;
    if (answer.address !== null) setAddress(answer.address);
    else setRefused("no_answer");
  };
  return (
    <>
      <Flex>
        {address === null
          ? <LoadingButton size="sm" loading={pressed !== null} onClick={asks}>{label}</LoadingButton>
          : <Link href={{ url: address, external: true }}>{words.opens}</Link>}
      </Flex>
      {refused !== null && <Alert title={words.not_opened} variant="warning">{words.refused[refused]}</Alert>}
    </>
  );
}
