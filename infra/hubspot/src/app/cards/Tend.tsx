// Whether the talk waits for an answer, and whose it is.

import { Alert, Flex, LoadingButton, Tag, Text } from "@hubspot/ui-extensions";
import { tend, type Shown as Of, type Tend as Said, type Tending, type Who } from "./api.ts";
import { usePress } from "./press.ts";
import type { Words } from "./words.ts";

interface Shown {
  of: Of;
  how: Tending;
  words: Words;
  who: Who;
  /** Something was said of it. */
  said: () => void;
}

export function Tend({ of, how, words, who, said }: Shown) {
  const { pressed, refused, press } = usePress<Said>();
  const says = (what: Said) => async () => {
    if (await press(what, () => tend(who, of, what))) said();
  };
  const button = (what: Said, label: string) => (
    <LoadingButton size="sm" loading={pressed === what} disabled={pressed !== null} onClick={says(what)}>{label}</LoadingButton>
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
