/** What is handed to somebody who helps: the whole state of a tablet in use, and nobody in it. */

import { expect, test } from "vitest";
import { NOTHING_KNOWN } from "../parts/health.ts";
import { DEFAULTS } from "../parts/settings.ts";
import { type Browser, supportBundle } from "../parts/support_bundle.ts";
import { DEVICE, OFFICER, PIN, SECRET } from "./test/fake_server.ts";
import { core, enrolAndOpen, environment, saveMany, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";
import { toBase64url } from "../../shared/sync/encoding.ts";

const BROWSER: Browser = { user_agent: "Chrome", languages: ["vi"], screen: "800x1280@1", online: true, installed: true, service_worker: true, program: "index-1.js" };

test("a support bundle says how the tablet is, and nothing about anybody", async () => {
  await enrolAndOpen();
  await saveMany(1);
  await settle();
  server.mischief = () => "drop_request";
  const someone = { ...person("Đặng Thị Bí Mật"), identity: { name: "Đặng Thị Bí Mật", birth_date: "1990", id_number: "001190012345", sex: null, phone: "0912345678", address: "12 Hàng Bài" } };
  const saved = await core.save(draftOf(someone));
  await core.shifts.begin({ due_ms: environment.clock_ms + 6 * 3_600_000, lead: OFFICER, roster: [{ officer: null, name: "Lê Văn Kín", duty: "traffic" }], checked: [], takes_over: [] });
  const state = core.state();
  expect(JSON.stringify(state)).toContain("Lê Văn Kín");
  expect(JSON.stringify(state)).toContain("Nguyễn Văn Thử");
  const text = JSON.stringify(supportBundle(state, { ...DEFAULTS, lens: "Camera của Kín" }, NOTHING_KNOWN, BROWSER, environment.clock_ms));
  const personal = ["Bí Mật", "001190012345", "0912345678", "Hàng Bài", "29A12345", "29A-123.45", "Kín", "Nguyễn Văn Thử", OFFICER, saved.record, PIN, toBase64url(SECRET)];
  expect(personal.filter((one) => text.includes(one))).toEqual([]);
  expect(JSON.parse(text)).toMatchObject({ device: DEVICE, outbox: { unsent: 2 }, packs: { roster: { version: 1 } }, role: "officer", shifts: 1 });
});
