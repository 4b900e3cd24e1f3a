// Whether the talk waits for an answer, and whose it is.

import { useRef, useState } from "react";
import { Alert, Flex, LoadingButton, Tag, Text } from "@hubspot/ui-extensions";
import { tend, type Shown as Of, type Tend as Said, type Tending, type Who } from "./api.ts";
import type { Refused, Words } from "./words.ts";

interface Shown {
  of: Of;
  how: Tending;
  words: Words;
  who: Who;
  /** Something was said of it. */
  said: () => void;
}

export function Tend({ of, how, words, who, said }: Shown) {
  const [saying, setSaying] = useState<Said | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const busy = useRef(false);
  const says = (what: Said) => async () => {
    // A second click comes before the buttons are seen to wait.
    if (busy.current) return;
    busy.current = true;
    setSaying(what);
    setRefused(null);
    const answer = await tend(who, of, what);
    busy.current = false;
    setSaying(null);
    if (answer.is === "refused") setRefused(answer.why);
    else said();
  };
  const button = (what: Said, label: string) => (
    <LoadingButton size="sm" loading={saying === what} disabled={saying !== null} onClick={says(what)}>{label}</LoadingButton>
  );
  const { waits, wrote, assigned, mine, has_talk } = how;
  return (
    <>
      <Flex gap="small" align="center" wrap>
        {waits && <Tag variant="warning">{words.waits}</Tag>}
        {has_talk && <Text variant="microcopy">{`${words.assigned}${mine ? words.you : (assigned ?? words.nobody)}`}</Text>}
        {has_talk && (mine ? button("nobodys", words.give_back) : button("mine", words.take))}
        {waits ? button("answered", words.no_answer_needed) : wrote && button("to_do", words.waits_again)}
      </Flex>
      {refused !== null && <Alert title={words.not_changed} variant="danger">{words.refused[refused]}</Alert>}
    </>
  );
}
