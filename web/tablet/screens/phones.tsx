/** «Danh bạ trực»: whom to call now, readable in the dark, without a network. */

import type { JSX } from "preact";
import { StepHead } from "../parts/controls.tsx";
import { PhoneLine } from "../parts/phone_line.tsx";
import { clockText } from "../parts/time.ts";
import { useUi } from "../parts/ui.ts";

export default function PhonesScreen({ close }: { close(): void }): JSX.Element {
  const { core, texts } = useUi();
  const words = texts.phones;
  const { hotlines, on_duty, next } = core.shift_packs.phones();
  return (
    <main class="screen team">
      <StepHead title={words.title} back={close} />
      <div class="team-body">
        <h2>{words.on_duty}</h2>
        {on_duty.length === 0 && <p>{words.nobody}</p>}
        <ul class="phones">
          {on_duty.map((one) => (
            <PhoneLine key={one.number} name={one.name} number={one.number} hint={[one.title, words.until(clockText(one.until_ms))].filter((part) => part !== "").join(" · ")} strong />
          ))}
        </ul>
        {next !== null && <p class="hint">{words.next(next.name, clockText(next.from_ms))}</p>}
        {hotlines.length === 0 && <p class="empty">{words.none}</p>}
        <ul class="phones">
          {hotlines.map((one) => (
            <PhoneLine key={`${one.kind} ${one.number}`} name={one.name} number={one.number} hint={one.public ? `${words.kinds[one.kind]} · ${words.shared}` : words.kinds[one.kind]} />
          ))}
        </ul>
      </div>
    </main>
  );
}
