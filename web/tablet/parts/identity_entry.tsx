/** Number and name typed from an ID in hand, or a phone number: what a code does not say. */

import type { JSX } from "preact";
import type { DraftPerson, Evidence } from "../core/types.ts";
import { Keypad } from "./keypad.tsx";
import { kindOfNumber, LONGEST_NUMBER } from "./typed_number.ts";
import { useUi } from "./ui.ts";

export interface TypedIdentity {
  number: string;
  name: string;
}

export const NOTHING_TYPED: TypedIdentity = { number: "", name: "" };
const LONGEST_NAME = 200;

/** The `identity` of a draft's person; nothing when nothing was typed. */
export function identityFrom({ number, name }: TypedIdentity): Pick<DraftPerson, "identity"> {
  const trimmed = name.trim();
  if (number === "" && trimmed === "") return {};
  // An unfinished number is kept as it is: the officer saw a card, and half a number is better than none.
  const typed = number === "" ? {} : kindOfNumber(number) === "phone" ? { phone: number } : { id_number: number };
  return { identity: { ...typed, ...(trimmed === "" ? {} : { name: trimmed }) } };
}

/** What was typed to make this `identity`. */
export function typedAs(identity: DraftPerson["identity"]): TypedIdentity {
  return { number: identity?.id_number ?? identity?.phone ?? "", name: identity?.name ?? "" };
}

/** Whether the ID in hand says more than the code: no number, or a masked one. */
export function incomplete(identity: Evidence["identity"]): boolean {
  return identity === null || identity.id_number === null || identity.id_number.includes("*");
}

export function IdentityEntry({ typed, change }: { typed: TypedIdentity; change(typed: TypedIdentity): void }): JSX.Element {
  const { texts } = useUi();
  const { number } = typed;
  const kind = kindOfNumber(number);
  return (
    <>
      <output class={number === "" ? "typed-number empty" : "typed-number"}>
        {number === "" ? texts.person.type_id : number.replace(/(.{4})(?=.)/g, "$1 ")}
      </output>
      <p class="hint">{kind === null ? texts.person.type_number_hint : texts.person.typed_kinds[kind]}</p>
      <Keypad
        press={(key) => change({ ...typed, number: (number + key).slice(0, LONGEST_NUMBER) })}
        erase={() => change({ ...typed, number: number.slice(0, -1) })}
      />
      <label class="label" for="typed-name">
        {texts.person.type_name}
      </label>
      <input
        id="typed-name"
        class="field"
        value={typed.name}
        maxLength={LONGEST_NAME}
        autocomplete="off"
        onInput={(event) => change({ ...typed, name: event.currentTarget.value })}
      />
    </>
  );
}
