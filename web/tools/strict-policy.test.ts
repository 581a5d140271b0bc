import { expect, test } from "vitest";
import { inlineParts } from "./strict-policy.ts";

test("a page of linked files only has no inline parts", () => {
  const page = '<link rel="stylesheet" href="/tablet/a.css"><script type="module" src="/tablet/a.js"></script>';
  expect(inlineParts(page)).toEqual([]);
});

test.each([
  "<script>start()</script>",
  '<script type="module">start()</script>',
  "<style>p{}</style>",
  '<p style="color:red">',
  '<p onclick="go()">',
  '<a href="javascript:go()">',
  '<img src="data:image/png;base64,AA">',
  '<script src="https://elsewhere.example/a.js"></script>',
])("refuses %s", (html) => {
  expect(inlineParts(html)).toHaveLength(1);
});
