/** Every state of the tablet with what to do about it; language, colours, sound; end of the shift. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button, Chips, Notice, Sheet } from "../parts/controls.tsx";
import { type Reading, readings } from "../parts/health.ts";
import { AlertIcon, LockIcon, PassIcon, RefusedIcon, UpdateIcon } from "../parts/icons.tsx";
import type { Theme } from "../parts/theme.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { updateStand } from "../parts/updates.ts";
import { UnsentExport } from "../parts/unsent_export.tsx";
import { EndShiftSheet } from "./end_shift.tsx";
import { InboxSheet } from "./inbox.tsx";
import { UpkeepSheet } from "./upkeep.tsx";

const GRADE_ICONS = { ok: PassIcon, look: AlertIcon, act: RefusedIcon };
const THEMES: readonly Theme[] = ["auto", "day", "night"];
const LANGUAGES = ["vi", "en"] as const;
const LANGUAGE_NAMES = { vi: "Tiếng Việt", en: "English" };

interface StatusProps {
  close(): void;
  /** False while a crossing is begun or other work is open. */
  idle: boolean;
  update(): void;
}

/** What a person has to look at lies in the inbox. */
function waits({ id, grade }: Reading): boolean {
  return id === "told" || ((id === "conflicts" || id === "rejected") && grade !== "ok");
}

export function StatusSheet({ close, idle, update }: StatusProps): JSX.Element {
  const { core, state, texts, settings, change, now_ms, health, practise } = useUi();
  const [ending, setEnding] = useState(false);
  const [inbox, setInbox] = useState(false);
  const [upkeep, setUpkeep] = useState(false);
  const words = texts.status;
  const on_duty = state.phase === "open";
  return (
    <Sheet
      full
      title={words.title}
      close={close}
      foot={
        on_duty ? (
          <div class="pair">
            <Button
              onPress={() => {
                core.lock();
                close();
              }}
            >
              <LockIcon />
              <span>{words.lock}</span>
            </Button>
            <Button kind="danger" onPress={() => setEnding(true)}>
              {words.close_shift}
            </Button>
          </div>
        ) : undefined
      }
    >
      {state.alerts.map((code) => (
        <Notice key={code} kind="bad">
          {errorText(texts, code)}
        </Notice>
      ))}
      <ul class="readings">
        {readings(state, texts, now_ms, health).map((reading) => {
          const Icon = GRADE_ICONS[reading.grade];
          return (
            <li key={reading.id} class={`reading ${reading.grade}`}>
              <Icon />
              <div>
                <p class="reading-head">
                  <strong>{reading.label}</strong>
                  <span class="reading-value">{reading.value}</span>
                  <span class="reading-grade">{words[reading.grade]}</span>
                </p>
                <p>{reading.advice}</p>
                {reading.id === "contact" && (
                  <Button disabled={state.sync.since_ms !== null} onPress={() => void core.syncNow().catch(() => undefined)}>
                    {state.sync.since_ms !== null ? words.sync_running : words.sync_now}
                  </Button>
                )}
                {reading.id === "unsent" && state.unsent > 0 && <UnsentExport />}
                {on_duty && waits(reading) && (
                  <Button onPress={() => setInbox(true)}>
                    {texts.inbox.open} · {reading.id === "told" ? texts.inbox.title : reading.value}
                  </Button>
                )}
                {reading.id === "update" && state.update_ready && (
                  <Button disabled={updateStand(state, idle) !== "ready"} onPress={update}>
                    <UpdateIcon />
                    <span>{words.update_now}</span>
                  </Button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {practise !== null && (
        <Button
          class="wide"
          disabled={!idle}
          onPress={() => {
            close();
            practise();
          }}
        >
          {texts.practice.start}
        </Button>
      )}
      <p class="label">{words.language}</p>
      <Chips label={words.language} columns={2} options={LANGUAGES} chosen={settings.language} name={(one) => LANGUAGE_NAMES[one]} choose={(language) => change({ language })} />
      <p class="label">{words.theme}</p>
      <Chips label={words.theme} columns={3} options={THEMES} chosen={settings.theme} name={(one) => words.themes[one]} choose={(theme) => change({ theme })} />
      <p class="label">{words.sound}</p>
      <Chips label={words.sound} columns={2} options={["on", "off"]} chosen={settings.sound ? "on" : "off"} name={(one) => words[one]} choose={(one) => change({ sound: one === "on" })} />
      <Button onPress={() => setUpkeep(true)}>{texts.upkeep.open}</Button>
      {upkeep && <UpkeepSheet close={() => setUpkeep(false)} />}
      {inbox && on_duty && <InboxSheet close={() => setInbox(false)} />}
      {ending && on_duty && <EndShiftSheet cancel={() => setEnding(false)} ended={close} />}
    </Sheet>
  );
}
