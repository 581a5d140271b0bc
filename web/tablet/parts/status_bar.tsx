/** The line nobody can miss: unsent, contact, age of the rules, clock, officer. Tapping it explains. */

import type { JSX } from "preact";
import { type Grade, type Reading, readings } from "./health.ts";
import { AlertIcon, BatteryIcon, CameraIcon, ClockIcon, InboxIcon, NoSignalIcon, OfficerIcon, PackIcon, QuestionIcon, RefusedIcon, SentIcon, SignalIcon, WaitIcon } from "./icons.tsx";
import { calledName, initials, laneName } from "./names.ts";
import { clockText } from "./time.ts";
import { errorText, useUi } from "./ui.ts";

/** The worst of them; the rest are counted, or a phone has no room left for its lane. */
const MARKS = 2;
const MARKS_ON_PHONE = 1;
/** What has no place in the line while it is well. */
const TROUBLES = { rejected: RefusedIcon, told: InboxIcon, clock: ClockIcon, storage: AlertIcon, battery: BatteryIcon, camera: CameraIcon } as const;

function isTrouble(reading: Reading): reading is Reading & { id: keyof typeof TROUBLES } {
  if (!(reading.id in TROUBLES)) return false;
  // A store the browser might evict is for the sheet: a mark that never goes away is soon not seen.
  return reading.id === "storage" ? reading.grade === "act" : reading.grade !== "ok";
}

export function StatusBar({ open }: { open(): void }): JSX.Element {
  const { state, texts, now_ms, health } = useUi();
  const all = readings(state, texts, now_ms, health);
  const by = new Map(all.map((reading) => [reading.id, reading]));
  const unsent = by.get("unsent");
  const contact = by.get("contact");
  const packs = by.get("packs");
  const troubles = all.filter(isTrouble);
  // Repaired by itself: worth a line on the sheet, not on every screen.
  const alert = state.alerts.find((code) => code !== "feed.repaired");
  const shown = [unsent, contact, packs, ...troubles].map((reading) => reading?.grade ?? "ok");
  const worst: Grade = alert !== undefined || shown.includes("act") ? "act" : shown.includes("look") ? "look" : "ok";
  const Unsent = state.unsent === 0 ? SentIcon : WaitIcon;
  const Contact = contact?.grade === "ok" && state.sync.status !== "offline" ? SignalIcon : NoSignalIcon;
  return (
    <header class={`status-bar ${worst}`}>
      {/* Over the whole line, and beside its words: a screen reader reads them, and a voice opens the sheet by its name. */}
      <button type="button" class="status-open" aria-label={texts.status.open} onClick={open} />
      <span class="status-place">
        <strong>{state.checkpoint?.name ?? texts.app.name}</strong>
        {state.lane !== null && (
          <span class="status-lane">
            {texts.shift.lane} {laneName(texts.lanes, state.lane)}
          </span>
        )}
      </span>
      <span class="status-clock">{clockText(now_ms + (state.clock_skew_ms ?? 0))}</span>
      <span class="status-marks">
        <span class={`mark ${unsent?.grade ?? "ok"}`}>
          <Unsent />
          {unsent?.mark}
        </span>
        <span class={`mark ${contact?.grade ?? "ok"}`}>
          <Contact />
          {contact?.value}
        </span>
        <span class={`mark ${packs?.grade ?? "ok"}`}>
          <PackIcon />
          {packs?.value}
        </span>
        {state.conflicts > 0 && (
          <span class="mark look">
            <QuestionIcon />
            <span class="mark-word">{texts.inbox.mark(state.conflicts)}</span>
            <span class="mark-number" aria-hidden="true">
              {state.conflicts}
            </span>
          </span>
        )}
        {troubles.slice(0, MARKS).map(({ id, grade, mark }, at) => {
          const Icon = TROUBLES[id];
          return (
            <span key={id} class={`mark trouble ${grade} ${at >= MARKS_ON_PHONE ? "spare" : ""}`}>
              <Icon />
              {mark}
            </span>
          );
        })}
        {troubles.length > MARKS && <span class={`mark ${worst} rest`}>+{troubles.length - MARKS}</span>}
        {troubles.length > MARKS_ON_PHONE && (
          <span class={`mark ${worst} rest-on-phone`} aria-hidden="true">
            +{troubles.length - MARKS_ON_PHONE}
          </span>
        )}
        {state.officer !== null && (
          <span class="mark officer">
            <OfficerIcon />
            {/* A phone has room for initials only. */}
            <span class="officer-name">{calledName(state.officer.name)}</span>
            <span class="officer-initials" aria-hidden="true">
              {initials(state.officer.name)}
            </span>
          </span>
        )}
        {alert !== undefined && (
          <span class="mark act status-alert">
            <AlertIcon />
            <span>{errorText(texts, alert)}</span>
          </span>
        )}
      </span>
    </header>
  );
}
