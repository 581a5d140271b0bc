/** A picture instead of the camera: taken now, chosen, or a demo's sample. All go through the same decoder. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CoreError } from "../core/types.ts";
import { Button, Sheet } from "./controls.tsx";
import { type Devices, useUi } from "./ui.ts";

/** The first code in a picture. Throws CoreError("picture.unreadable" | "picture.no_code"). */
export async function codeInPicture(devices: Devices, picture: Blob): Promise<string> {
  return (await codesInPicture(devices, picture))[0];
}

/** All codes in a picture, at least one. Throws as codeInPicture does. */
export async function codesInPicture(devices: Devices, picture: Blob): Promise<[string, ...string[]]> {
  let texts: string[];
  try {
    texts = await devices.decodeImage(picture);
  } catch {
    throw new CoreError("picture.unreadable");
  }
  const [first, ...others] = texts;
  if (first === undefined) throw new CoreError("picture.no_code");
  return [first, ...others];
}

interface PhotoButtonProps {
  children: ComponentChildren;
  class?: string;
  choose(picture: Blob): void;
}

/** Opens the camera app or the gallery. */
export function PhotoButton({ children, class: extra, choose }: PhotoButtonProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="photo">
      <Button class={extra ?? ""} onPress={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        class="hidden-input"
        type="file"
        accept="image/*"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // The same picture chosen twice must fire again.
          event.currentTarget.value = "";
          if (file !== undefined) choose(file);
        }}
      />
    </div>
  );
}

/** One entry of the demo's /samples/list.json. */
export interface Sample {
  name: string;
  /** "badge" is offered where a badge is asked for, all else on the lane. */
  kind: string;
  /** Whose badge; "" for what serves every checkpoint. */
  checkpoint: string;
  title_vi: string;
  title_en: string;
  note_vi: string;
  note_en: string;
  /** Where its picture is. */
  png: string;
}

const LIST_URL = "/samples/list.json";

const SAMPLE_PARTS: readonly (keyof Sample)[] = ["name", "kind", "checkpoint", "title_vi", "title_en", "note_vi", "note_en", "png"];

/** The demo's sample codes; empty everywhere else. */
async function loadSamples(): Promise<Sample[]> {
  try {
    const answer = await fetch(LIST_URL, { headers: { accept: "application/json" } });
    if (!answer.ok) return [];
    return samplesIn(await answer.json());
  } catch {
    // No network or no demo: there is simply no such button.
    return [];
  }
}

/** Asked for once a page: a checkpoint's own server has none, and need not be asked after every crossing. */
let asked: Promise<Sample[]> | null = null;

/** The entries of a list that are samples; an answer of another shape has none. */
export function samplesIn(value: unknown): Sample[] {
  return Array.isArray(value) ? value.filter(isSample) : [];
}

function isSample(value: unknown): value is Sample {
  if (typeof value !== "object" || value === null) return false;
  const parts = value as Record<string, unknown>;
  return SAMPLE_PARTS.every((part) => typeof parts[part] === "string");
}

/** The samples, once they are known. */
export function useSamples(): readonly Sample[] {
  const { practise, state } = useUi();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    // Practice has codes of its own, and no network.
    if (practise === null && state.checkpoint !== null) return undefined;
    let gone = false;
    asked = asked ?? (navigator.onLine ? loadSamples() : Promise.resolve([]));
    void asked.then((found) => {
      if (!gone) setSamples(found);
    });
    return () => {
      gone = true;
    };
  }, []);
  return samples;
}

interface SampleSheetProps {
  samples: readonly Sample[];
  choose(picture: Promise<Blob>): void;
  close(): void;
}

export function SampleSheet({ samples, choose, close }: SampleSheetProps): JSX.Element {
  const { texts, settings } = useUi();
  return (
    <Sheet title={texts.samples.title} close={close}>
      <p class="hint">{texts.samples.explain}</p>
      <ul class="rows">
        {samples.map((sample) => (
          <li key={sample.name}>
            <Button
              class="wide start"
              onPress={() =>
                choose(
                  fetch(sample.png).then((answer) => {
                    if (!answer.ok) throw new CoreError("picture.unreadable");
                    return answer.blob();
                  }),
                )
              }
            >
              <span>
                <strong>{sample[`title_${settings.language}`]}</strong>
                <span class="sample-note">{sample[`note_${settings.language}`]}</span>
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
