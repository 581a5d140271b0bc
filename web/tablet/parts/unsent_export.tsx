/** "Lưu tệp chưa gửi": what no network took, for somebody to carry to the server. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button, Notice } from "./controls.tsx";
import { download } from "./download.ts";
import { errorText, useUi } from "./ui.ts";

export function UnsentExport(): JSX.Element {
  const { core, texts } = useUi();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);
  const save = (): void => {
    setBusy(true);
    core
      .exportUnsent()
      .then(({ name, lines }) => download(name, lines, "application/x-ndjson"))
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
