/** A tablet under test: one database, a clock that the test moves, no timers, the network of a FakeServer. */

import { deleteDB } from "idb";
import { type Environment } from "../environment.ts";
import type { CrossingDraft, DraftPerson } from "../vocabulary.ts";
import type { FakeServer } from "./fake_server.ts";

export interface TestEnvironment extends Environment {
  clock_ms: number;
  /** Delays asked for, newest last. */
  delays: number[];
  /** How often it began as if it were new. */
  anew: number;
}

/** `database` names the store: the same name again is the same tablet after a restart. */
export function testEnvironment(server: FakeServer, database: string, seed = 1): TestEnvironment {
  let state = seed;
  const uniform = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const environment: TestEnvironment = {
    clock_ms: server.clock_ms,
    delays: [],
    anew: 0,
    now: () => environment.clock_ms,
    random: (count) => Uint8Array.from({ length: count }, () => Math.floor(uniform() * 256)),
    uniform,
    fetch: (url, init) => server.fetch(url, init),
    api: "http://127.0.0.1:8000/api/v1",
    database,
    schedule: (_action, ms) => {
      environment.delays.push(ms);
      return () => {};
    },
    exclusively: async (action) => {
      await action();
      return true;
    },
    onWake: () => () => {},
    startAnew: async () => {
      await deleteDB(environment.database);
      environment.anew += 1;
    },
    storage: async () => ({ persisted: true, usage: 0, quota: 1e9 }),
  };
  return environment;
}

export function person(name: string, colour: "green" | "yellow" | "none" = "green"): DraftPerson {
  const identity = { name, birth_date: "1990", id_number: null, sex: null, phone: null, address: null };
  return { role: "driver", evidence: null, card: { colour, basis: "seen" }, identity };
}

export function draftOf(...people: DraftPerson[]): CrossingDraft {
  return {
    direction: "in",
    mode: "checked",
    purpose: "goods",
    origin: { dataset: "2021", code: "09538" },
    destination: null,
    plate: { read: "29A-123.45", normal: "29A12345", candidates: ["car"] },
    vehicle_class: "truck",
    plate_colour: "white",
    people,
    goods: [{ group: "food", quantity: 2.5, unit: "tonne", perishable: true, description: "rau" }],
    headcount: Math.max(1, people.length),
    action: "passed",
    override: null,
  };
}
