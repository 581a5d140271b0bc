/** What zxing-wasm takes for granted and Chromium 84 to 92 do not have. Imported before it. */

const browsers = Object as { hasOwn?: (of: object, name: PropertyKey) => boolean };
browsers.hasOwn ??= (of, name) => Object.prototype.hasOwnProperty.call(of, name);

export {};
