/** «Việc khác»: what an officer does besides crossings. Each screen is loaded when it is first asked for, also offline. */

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, Notice, StepHead } from "../parts/controls.tsx";
import { ConvoyIcon, GateIcon, PaperIcon, QueueIcon, RushIcon } from "../parts/gate_icons.tsx";
import { CardIcon, PeopleIcon, PhoneIcon, QuestionIcon, ReferIcon, ReportIcon, SwapIcon, TestIcon, WaveIcon } from "../parts/icons.tsx";
import type { OfficerRole } from "../core/types.ts";
import { apart } from "../parts/lazily.tsx";
import { useUi } from "../parts/ui.ts";
import type { OtherProps } from "./other_props.ts";

interface Other {
  /** Names its tile in `texts.others.tiles`. */
  id: string;
  icon: ComponentType<{ class?: string }>;
  /** Who sees it; everybody without it. */
  roles?: readonly OfficerRole[];
  load(): Promise<{ default: ComponentType<OtherProps> }>;
}

/** Everybody but volunteers, who scan and see nothing of before. */
const STAFF: readonly OfficerRole[] = ["officer", "lead", "medic"];

/** In the order of the tiles. */
const OTHERS: readonly Other[] = [
  { id: "rush", icon: RushIcon, load: () => import("./rush.tsx") },
  { id: "paper", icon: PaperIcon, roles: STAFF, load: () => import("./paper.tsx") },
  { id: "occupancy", icon: GateIcon, load: () => import("./occupancy.tsx") },
  { id: "queue", icon: QueueIcon, load: () => import("./queue.tsx") },
  { id: "shift", icon: PeopleIcon, roles: STAFF, load: () => import("./team.tsx") },
  { id: "consult", icon: QuestionIcon, roles: STAFF, load: () => import("./consult.tsx") },
  { id: "violation", icon: ReportIcon, roles: STAFF, load: () => import("./violation.tsx") },
  { id: "incident", icon: ReferIcon, load: () => import("./incident.tsx") },
  { id: "phones", icon: PhoneIcon, load: () => import("./phones.tsx") },
  { id: "next_officer", icon: SwapIcon, load: () => import("./next_officer.tsx") },
  { id: "convoy", icon: ConvoyIcon, load: () => import("./convoy.tsx") },
  { id: "wave", icon: WaveIcon, load: () => import("./wave_start.tsx") },
  { id: "quick_test", icon: TestIcon, roles: STAFF, load: () => import("./quick_test.tsx") },
  { id: "papers", icon: CardIcon, roles: STAFF, load: () => import("./papers.tsx") },
];

/** What belongs together on the screen; a tile of none comes last. */
const GROUPS = {
  traffic: ["rush", "convoy", "queue", "occupancy", "wave"],
  people: ["quick_test", "papers", "violation", "incident", "paper"],
  shift: ["shift", "consult", "next_officer", "phones"],
} as const;

/** Loaded with the rest after the start: after an update their addresses are gone. */
const PARTS = new Map(OTHERS.map(({ id, load }) => [id, apart(load)]));

interface MoreProps extends OtherProps {
  /** The tile whose screen is wanted, and nothing else; "" for all tiles. */
  at: string;
}

export function MoreScreen({ at, close }: MoreProps): JSX.Element {
  const { state, texts } = useUi();
  const [Opened, setOpened] = useState<ComponentType<OtherProps> | null>(null);
  const [loading, setLoading] = useState(false);
  const [failed, setFailed] = useState(false);
  const words = texts.others;
  const role = state.officer?.role;
  const shown = OTHERS.filter(({ roles }) => roles === undefined || (role !== undefined && roles.includes(role)));
  const open = (other: Other): void => {
    setLoading(true);
    setFailed(false);
    (PARTS.get(other.id)?.load() ?? other.load())
      .then(
        (module) => setOpened(() => module.default),
        () => setFailed(true),
      )
      .finally(() => setLoading(false));
  };
  useEffect(() => {
    const wanted = shown.find(({ id }) => id === at);
    if (wanted !== undefined) open(wanted);
  }, [at]);
  if (Opened !== null) return <Opened close={at === "" ? () => setOpened(null) : close} />;
  return (
    <main class="screen more">
      <StepHead title={words.title} back={close} />
      {failed && <Notice kind="bad">{words.failed}</Notice>}
      {shown.length === 0 && <p class="empty">{words.empty}</p>}
      <nav class="scroll" aria-label={words.title} aria-busy={loading}>
        {[...(Object.keys(GROUPS) as (keyof typeof GROUPS)[]), null].map((group) => {
          const tiles = shown.filter(({ id }) => groupOf(id) === group);
          return tiles.length === 0 ? null : (
            <section key={group} aria-label={group === null ? words.title : words.groups[group]}>
              {group !== null && <h2 class="label">{words.groups[group]}</h2>}
              <div class="more-tiles">
                {tiles.map((other) => (
                  <Button key={other.id} class="stacked tall" disabled={loading} onPress={() => open(other)}>
                    <other.icon />
                    <span>{words.tiles[other.id] ?? other.id}</span>
                  </Button>
                ))}
              </div>
            </section>
          );
        })}
      </nav>
    </main>
  );
}

function groupOf(id: string): keyof typeof GROUPS | null {
  const found = (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).find((group) => (GROUPS[group] as readonly string[]).includes(id));
  return found ?? null;
}
