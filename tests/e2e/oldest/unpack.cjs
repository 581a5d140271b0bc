// Writes the Chromium that the package carries compressed: node unpack.cjs FILE
"use strict";
const fs = require("fs");
const path = require("path");
const zlib = require("zlib");

const carried = path.join(path.dirname(require.resolve("chrome-aws-lambda/package.json")), "bin", "chromium.br");
const [target] = process.argv.slice(2);
fs.writeFileSync(target, zlib.brotliDecompressSync(fs.readFileSync(carried)), { mode: 0o755 });
