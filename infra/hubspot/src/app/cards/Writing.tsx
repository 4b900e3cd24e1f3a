// The box to answer in. What is typed stays in it until Musubi says that it took it.

import { useEffect, useRef, useState } from "react";
import { Alert, Button, Flex, Image, Input, LoadingButton, Select, Text, TextArea } from "@hubspot/ui-extensions";
import { say, writing, type Open, type Saying, type Sticker, type TeamText, type Who } from "./api.ts";
import { boxIsEmpty, nameOf, wasSaid, type Draft } from "./draft.ts";
import { SendFile } from "./SendFile.tsx";
import { mayPass, type Refused, type Words } from "./words.ts";

/** As LINE counts a text message: in UTF-16 code units, as the box does. */
const MOST = 5_000;

/** So long LINE shows it. */
const WRITING_MS = 20_000;

interface Shown {
  talk: Open;
  texts: TeamText[];
  words: Words;
  who: Who;
  draft: Draft;
  /** Something was said. */
  said: () => void;
}

export function Writing({ talk, texts, words, who, draft, said }: Shown) {
  // HubSpot keeps what is typed; a value of ours that comes a moment late would undo a keystroke. So a keystroke renders nothing.
  const [value, setValue] = useState(draft.words);
  const [quick, setQuick] = useState(draft.quick);
  const [sending, setSending] = useState(false);
  const [mistake, setMistake] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const busy = useRef(false);
  const isFree = useUntil(talk.free_until_ms);
  const typed = (text: string) => {
    draft.words = text;
    if (text === "") boxIsEmpty(draft);
  };
  const types = (text: string) => {
    typed(text);
    if (text.trim() === "" || Date.now() - draft.shown_at_ms < WRITING_MS) return;
    draft.shown_at_ms = Date.now();
    void writing(who, talk);
  };
  const left = (text: string) => {
    typed(text);
    setValue(text);
  };
  const asks = (labels: string[]) => {
    draft.quick = labels;
    setQuick(labels);
  };
  const inserts = ({ words: text, quick: labels }: TeamText) => {
    left(draft.words.trim() === "" ? text : `${draft.words.trimEnd()}\n${text}`);
    asks([...draft.quick, ...labels]);
  };
  const sends = async (saying: Saying) => {
    // A second click comes before the button is seen to wait.
    if (busy.current) return;
    setRefused(null);
    if ("words" in saying && saying.words.trim() === "") {
      setMistake(words.empty);
      return;
    }
    busy.current = true;
    setMistake(null);
    setValue(draft.words);
    setSending(true);
    const answer = await say(who, talk, nameOf(draft, saying), saying);
    busy.current = false;
    setSending(false);
    if (answer.is === "mistake") setMistake(answer.mistake);
    else if (answer.is === "refused") setRefused(answer.why);
    else {
      wasSaid(draft, saying);
      // A sticker leaves what is typed where it is.
      if ("words" in saying) {
        left("");
        asks([]);
      }
      said();
    }
  };
  return (
    <Flex direction="column" gap="small">
      {talk.quota_out && <Alert title={words.quota} variant="warning">{words.quota_out}</Alert>}
      <TextArea
        label={words.message}
        name="words"
        maxLength={MOST}
        rows={4}
        resize="vertical"
        value={value}
        readOnly={sending}
        error={mistake !== null}
        {...(mistake !== null && { validationMessage: mistake })}
        onInput={types}
        onChange={left}
      />
      {quick.length > 0 && (
        <Flex gap="small" align="center" wrap>
          <Text>{`${words.buttons}${quick.join(" / ")}`}</Text>
          <Button size="sm" onClick={() => asks([])}>{words.no_buttons}</Button>
        </Flex>
      )}
      <Text variant="microcopy">{isFree ? words.free : talk.quota_out ? "" : words.counted}</Text>
      {refused !== null && (
        <Alert title={words.not_sent} variant="danger">
          <Text>{words.refused[refused]}</Text>
          {mayPass(refused) && <Text>{words.same_again}</Text>}
        </Alert>
      )}
      <Flex>
        <LoadingButton variant="primary" loading={sending} onClick={() => sends({ words: draft.words, ...(draft.quick.length > 0 && { quick: draft.quick }) })}>{words.send}</LoadingButton>
      </Flex>
      {texts.length > 0 && (
        <Select
          label={words.texts}
          name="text"
          value=""
          placeholder={words.choose_text}
          options={texts.map(({ name }) => ({ label: name, value: name }))}
          onChange={(name) => {
            const text = texts.find((each) => each.name === name);
            if (text !== undefined) inserts(text);
          }}
        />
      )}
      <OneMoreButton words={words} adds={(label) => asks([...draft.quick, label])} />
      <SendFile talk={talk} words={words} who={who} draft={draft} said={said} />
      <Stickers of={talk.stickers} words={words} choose={(sticker) => sends({ sticker })} />
    </Flex>
  );
}

/** The label of a button that stands below the message: whoever presses it says just that. LINE takes 13, of 20 characters; Musubi says where it takes no more. */
function OneMoreButton({ words, adds }: { words: Words; adds: (label: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  // A new one stands empty: HubSpot keeps what is typed in one.
  const [turn, setTurn] = useState(0);
  const typed = useRef("");
  const types = (label: string) => { typed.current = label; };
  const press = () => {
    const label = typed.current.trim();
    if (label === "") return;
    typed.current = "";
    setTurn(turn + 1);
    adds(label);
  };
  return (
    <>
      <Flex>
        <Button size="sm" onClick={() => setOpen(!isOpen)}>{isOpen ? words.no_more_buttons : words.more_buttons}</Button>
      </Flex>
      {isOpen && (
        <Flex gap="small" align="end">
          <Input key={turn} label={words.button} name="quick" description={words.button_hint} onInput={types} onChange={types} />
          <Button size="sm" onClick={press}>{words.add_button}</Button>
        </Flex>
      )}
    </>
  );
}

/** A few of LINE's own: a press sends one. */
function Stickers({ of, words, choose }: { of: Sticker[]; words: Words; choose: (sticker: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  if (of.length === 0) return null;
  const press = (sticker: string) => {
    setOpen(false);
    choose(sticker);
  };
  return (
    <>
      <Flex>
        <Button size="sm" onClick={() => setOpen(!isOpen)}>{isOpen ? words.no_sticker : words.sticker}</Button>
      </Flex>
      {isOpen && (
        <Flex gap="small" wrap>
          {of.map(({ sticker, title, picture }) => (
            <Image key={sticker} src={picture} alt={title} width={64} height={64} onClick={() => press(sticker)} />
          ))}
        </Flex>
      )}
    </>
  );
}

/** Whether it is still before this time. Renders once more when it is over: nothing is said that does not hold any more. */
function useUntil(until_ms: number | null): boolean {
  const [, setOver] = useState(0);
  useEffect(() => {
    const left = until_ms === null ? 0 : until_ms - Date.now();
    if (left <= 0) return;
    const ends = setTimeout(() => setOver((times) => times + 1), left);
    return () => clearTimeout(ends);
  }, [until_ms]);
  return until_ms !== null && Date.now() < until_ms;
}
