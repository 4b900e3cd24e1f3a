// A press that asks Musubi something, and one at a time.

import { useRef, useState } from "react";
import type { Refused } from "./words.ts";

type Answer<T> = T | { is: "refused"; why: Refused };

/** `pressed`: which button waits for its answer; `refused`: why the last press came to nothing. `press` gives the answer, and `null` where there is none to act on. */
export function usePress<Which>() {
  const [pressed, setPressed] = useState<Which | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const busy = useRef(false);
  const press = async <T extends { is: string }>(which: Which, asks: () => Promise<Answer<T>>): Promise<Exclude<T, { is: "refused" }> | null> => {
    // A second click comes before the buttons are seen to wait.
    if (busy.current) return null;
    busy.current = true;
    setPressed(() => which);
    setRefused(null);
    const answer = await asks();
    busy.current = false;
    setPressed(null);
    if (answer.is !== "refused") return answer as Exclude<T, { is: "refused" }>;
    setRefused((answer as { why: Refused }).why);
    return null;
  };
  return { pressed, refused, setRefused, press };
}
