/** One crossing as a line, on the lane's strip and in the history. */

import type { JSX } from "preact";
import type { CrossingSummary } from "../core/types.ts";
import { ACTION_ICONS, CrossIcon, InIcon, OutIcon, PhoneIcon, RefusedIcon, SentIcon, VEHICLE_ICONS, WaitIcon } from "./icons.tsx";
import { plateText } from "./plate_text.ts";
import { clockText, otherDayText } from "./time.ts";
import { useUi } from "./ui.ts";

/** One crossing in a line: when, what, how it ended, whether the server has it. */
export function CrossingFacts({ crossing }: { crossing: CrossingSummary }): JSX.Element {
  const { texts, state, now_ms } = useUi();
  const Outcome = crossing.action === null ? null : ACTION_ICONS[crossing.action];
  const day = otherDayText(crossing.time_ms, now_ms + (state.clock_skew_ms ?? 0));
  const Vehicle = crossing.vehicle_class === null ? null : VEHICLE_ICONS[crossing.vehicle_class];
  return (
    <span class={`crossing ${crossing.voided ? "voided" : ""}`}>
      <span class="crossing-time">
        {day !== null && <span class="crossing-day">{day}</span>}
        {clockText(crossing.time_ms)}
      </span>
      <span class="crossing-way">{crossing.direction === "out" ? <OutIcon /> : <InIcon />}</span>
      <span class="crossing-what">
        {Vehicle !== null && <Vehicle />}
        <strong>{crossing.plate === null ? vehicleWord(crossing, texts.vehicles, texts.recent.no_plate) : plateText(crossing.plate.normal)}</strong>
      </span>
      {crossing.voided ? (
        <span class="crossing-end">
          <CrossIcon />
          <span>{texts.recent.voided}</span>
        </span>
      ) : (
        <span class={`crossing-end ${crossing.action ?? ""}`}>
          {Outcome !== null && <Outcome />}
          <span class="crossing-end-word">{crossing.action !== null && texts.actions[crossing.action]}</span>
        </span>
      )}
      <SentMark crossing={crossing} />
    </span>
  );
}

function vehicleWord(crossing: CrossingSummary, vehicles: Record<string, string>, none: string): string {
  return crossing.vehicle_class === "on_foot" || crossing.vehicle_class === "bicycle" ? (vehicles[crossing.vehicle_class] ?? none) : none;
}

/** Whether the server has it. */
export function SentMark({ crossing }: { crossing: CrossingSummary }): JSX.Element {
  const { texts } = useUi();
  const [Icon, word, kind] =
    crossing.state === "unsent"
      ? ([WaitIcon, texts.recent.unsent, "look"] as const)
      : crossing.state === "held" || crossing.state === "rejected"
        ? ([RefusedIcon, texts.recent[crossing.state], "act"] as const)
        : crossing.own
          ? ([SentIcon, texts.recent.sent, "ok"] as const)
          : ([PhoneIcon, texts.recent.elsewhere, "ok"] as const);
  return (
    <span class={`sent ${kind}`}>
      <Icon />
      <span>{word}</span>
    </span>
  );
}
