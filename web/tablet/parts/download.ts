/** Handing a file to the browser's downloads. */

/** The browser may still be reading the file when the click is over. */
const REVOKE_MS = 60_000;

export function download(name: string, parts: readonly string[], type: string): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}
