/** A tablet that belongs to no checkpoint yet: by link, by code in a picture, or typed. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, Notice } from "../parts/controls.tsx";
import { CameraIcon, ScanIcon } from "../parts/icons.tsx";
import { codeInPicture, PhotoButton } from "../parts/photo.tsx";
import { Scanner } from "../parts/scanner.tsx";
import { errorText, useUi } from "../parts/ui.ts";
import { useWedge } from "../parts/use_wedge.ts";

export function EnrolScreen(): JSX.Element {
  const { core, texts, devices } = useUi();
  const [linked] = useState(() => (location.hash.includes("enrol=") ? location.hash : null));
  const [typed, setTyped] = useState("");
  const [scanning, setScanning] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const enrol = (text: string): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    core.enrol(text).then(
      // The code is used up: keep it out of the address and out of the history.
      () => history.replaceState(null, "", location.pathname),
      (reason: unknown) => {
        setError(errorText(texts, reason));
        setBusy(false);
      },
    );
  };
  useEffect(() => {
    if (linked !== null) enrol(linked);
  }, []);
  useWedge(enrol, () => setError(texts.home.wedge_broken));

  if (busy) {
    return (
      <main class="screen centred">
        <p class="big-word">{texts.enrol.working}</p>
      </main>
    );
  }
  return (
    <main class="screen enrol">
      <div class="barrier" aria-hidden="true" />
      <h1>{texts.enrol.title}</h1>
      <p>{texts.enrol.why}</p>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {scanning && (
        <Scanner
          aim={texts.home.aim}
          onText={(text) => {
            setScanning(false);
            enrol(text);
          }}
        />
      )}
      <div class="enrol-actions">
        {linked !== null ? (
          <>
            <Notice>{texts.enrol.link_found}</Notice>
            <Button kind="primary" class="wide tall" onPress={() => enrol(linked)}>
              {texts.enrol.from_link}
            </Button>
          </>
        ) : (
          !scanning && (
            <Button kind="primary" class="wide tall" onPress={() => setScanning(true)}>
              <ScanIcon />
              <span>{texts.enrol.scan}</span>
            </Button>
          )
        )}
        <PhotoButton class="wide" choose={(picture) => void codeInPicture(devices, picture).then(enrol, (reason: unknown) => setError(errorText(texts, reason)))}>
          <CameraIcon />
          <span>{texts.enrol.photo}</span>
        </PhotoButton>
        <form
          class="enrol-typed"
          onSubmit={(event) => {
            event.preventDefault();
            enrol(typed);
          }}
        >
          <label for="enrol-code">{texts.enrol.code_label}</label>
          <input
            id="enrol-code"
            class="field"
            value={typed}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <Button class="wide" disabled={typed.trim() === ""} onPress={() => enrol(typed)}>
            {texts.enrol.typed}
          </Button>
        </form>
      </div>
      <p class="hint">{texts.enrol.where}</p>
    </main>
  );
}
