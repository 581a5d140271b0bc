/** The line nobody can miss: unsent, contact, age of the rules, clock, officer. Tapping it explains. */

import type { JSX } from "preact";
import { type Grade, readings } from "./health.ts";
import { AlertIcon, NoSignalIcon, OfficerIcon, PackIcon, QuestionIcon, SentIcon, SignalIcon, WaitIcon } from "./icons.tsx";
import { calledName, initials, laneName } from "./names.ts";
import { clockText } from "./time.ts";
import { useUi } from "./ui.ts";

export function StatusBar({ open }: { open(): void }): JSX.Element {
  const { state, texts, now_ms } = useUi();
  const by = new Map(readings(state, texts, now_ms).map((reading) => [reading.id, reading]));
  const unsent = by.get("unsent");
  const contact = by.get("contact");
  const packs = by.get("packs");
  // A store the browser might evict is for the sheet: a mark that never goes away is soon not seen.
  const storage = by.get("storage")?.grade === "act" ? "act" : "ok";
  const others = [storage, ...(["clock", "rejected"] as const).map((id) => by.get(id)?.grade ?? "ok")];
  const trouble: Grade = state.alerts.length > 0 || others.includes("act") ? "act" : others.includes("look") ? "look" : "ok";
  const Unsent = state.unsent === 0 ? SentIcon : WaitIcon;
  const Contact = contact?.grade === "ok" && state.sync.status !== "offline" ? SignalIcon : NoSignalIcon;
  return (
    <button type="button" class="status-bar" aria-label={texts.status.open} onClick={open}>
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
          {texts.status.unsent(state.unsent)}
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
            {texts.inbox.mark(state.conflicts)}
          </span>
        )}
        {trouble !== "ok" && (
          <span class={`mark ${trouble}`}>
            <AlertIcon />
            {texts.status[trouble]}
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
      </span>
    </button>
  );
}
