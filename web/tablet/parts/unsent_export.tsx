/** "Lưu tệp chưa gửi": what no network took, for somebody to carry to the server. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { UnsentFile } from "../core/types.ts";
import { Button, Notice } from "./controls.tsx";
import { errorText, useUi } from "./ui.ts";

/** The browser may still be reading the file when the click is over. */
const REVOKE_MS = 60_000;

/** Hands a file to the browser's downloads. */
function download({ name, lines }: UnsentFile): void {
  const url = URL.createObjectURL(new Blob([...lines], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}

export function UnsentExport(): JSX.Element {
  const { core, texts } = useUi();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);
  const save = (): void => {
    setBusy(true);
    core
      .exportUnsent()
      .then(download)
      .then(
        () => setSaid({ text: texts.status.exported, bad: false }),
        (reason: unknown) => setSaid({ text: errorText(texts, reason), bad: true }),
      )
      .then(() => setBusy(false));
  };
  return (
    <>
      <p class="hint">{texts.status.export_explain}</p>
      <Button disabled={busy} onPress={save}>
        {texts.status.export}
      </Button>
      {said !== null && <Notice kind={said.bad ? "bad" : "good"}>{said.text}</Notice>}
    </>
  );
}
