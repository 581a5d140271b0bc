/** A picture instead of the camera: taken now, chosen, or a demo's sample. All go through the same decoder. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CoreError } from "../core/types.ts";
import { Button, Sheet } from "./controls.tsx";
import { type Devices, useUi } from "./ui.ts";

/** The first code in a picture. Throws CoreError("picture.unreadable" | "picture.no_code"). */
export async function codeInPicture(devices: Devices, picture: Blob): Promise<string> {
  let texts: string[];
  try {
    texts = await devices.decodeImage(picture);
  } catch {
    throw new CoreError("picture.unreadable");
  }
  const text = texts[0];
  if (text === undefined) throw new CoreError("picture.no_code");
  return text;
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

export interface Sample {
  name: string;
  vi: string;
  en: string;
  /** "badge" samples are offered where a badge is asked for. */
  kind: string;
  url: string;
}

const LIST_URL = "/samples/list.json";

/** The demo's sample codes; empty everywhere else. */
export async function loadSamples(fetcher: typeof fetch): Promise<Sample[]> {
  try {
    const answer = await fetcher(LIST_URL, { headers: { accept: "application/json" } });
    if (!answer.ok) return [];
    return samplesIn(await answer.json());
  } catch {
    // No network or no demo: there is simply no such button.
    return [];
  }
}

/** A list or {samples: […]} of {name, title? or vi/en?, kind?, url?}. */
export function samplesIn(value: unknown): Sample[] {
  const list = Array.isArray(value) ? value : (value as { samples?: unknown } | null)?.samples;
  if (!Array.isArray(list)) return [];
  const samples: Sample[] = [];
  for (const raw of list as Record<string, unknown>[]) {
    if (typeof raw !== "object" || raw === null || typeof raw.name !== "string") continue;
    const title = typeof raw.title === "string" ? raw.title : raw.name;
    samples.push({
      name: raw.name,
      vi: typeof raw.vi === "string" ? raw.vi : title,
      en: typeof raw.en === "string" ? raw.en : title,
      kind: typeof raw.kind === "string" ? raw.kind : "",
      url: typeof raw.url === "string" ? raw.url : `/samples/${raw.name}.png`,
    });
  }
  return samples;
}

/** The samples, once they are known. */
export function useSamples(): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let gone = false;
    void loadSamples(fetch).then((found) => {
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
                  fetch(sample.url).then((answer) => {
                    if (!answer.ok) throw new CoreError("picture.unreadable");
                    return answer.blob();
                  }),
                )
              }
            >
              {sample[settings.language]}
            </Button>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
