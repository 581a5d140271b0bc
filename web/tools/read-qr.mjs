// Prints the text of the one QR code in a picture: `node tools/read-qr.mjs FILE`. For tests.
// With `--all` before FILE: the texts of all its codes, as JSON.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
prepareZXingModule({ overrides: { wasmBinary: await readFile(wasm) }, fireImmediately: false });
const all = process.argv[2] === "--all";
const file = process.argv[all ? 3 : 2];
if (file === undefined) throw new Error("usage: read-qr.mjs [--all] FILE");
const codes = await readBarcodes(await readFile(file), { formats: ["QRCode"] });
if (!all && codes.length !== 1) throw new Error(`${codes.length} codes in the picture`);
process.stdout.write(all ? JSON.stringify(codes.map((code) => code.text)) : codes[0].text);
