/** Buttons, chips and sheets: every target at least 56 px, every state told by more than colour. */

import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { BackIcon, CrossIcon, TickIcon } from "./icons.tsx";
import { useUi } from "./ui.ts";
import { useModal } from "./modal.ts";
import { useWayBack } from "./way_back.ts";

interface ButtonProps {
  children: ComponentChildren;
  onPress(): void;
  /** "primary": the one thing to do on this screen. */
  kind?: "primary" | "plain" | "quiet" | "danger";
  disabled?: boolean;
  class?: string;
  label?: string;
}

export function Button({ children, onPress, kind = "plain", disabled, class: extra, label }: ButtonProps): JSX.Element {
  return (
    <button type="button" class={`button ${kind} ${extra ?? ""}`} disabled={disabled} aria-label={label} onClick={onPress}>
      {children}
    </button>
  );
}

interface ChipsProps<T extends string> {
  label: string;
  options: readonly T[];
  chosen: T | null;
  name(option: NoInfer<T>): ComponentChildren;
  choose(option: NoInfer<T>): void;
  columns?: number;
}

/** One of a few words. The chosen one also carries a tick. */
export function Chips<T extends string>({ label, options, chosen, name, choose, columns }: ChipsProps<T>): JSX.Element {
  return (
    <div class={`chips ${columns === undefined ? "" : `columns-${columns}`}`} role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <button
          type="button"
          key={option}
          role="radio"
          aria-checked={option === chosen}
          class={`chip ${option === chosen ? "chosen" : ""}`}
          onClick={() => choose(option)}
        >
          {option === chosen && <TickIcon class="chip-tick" />}
          <span>{name(option)}</span>
        </button>
      ))}
    </div>
  );
}

interface SheetProps {
  title: string;
  close(): void;
  children: ComponentChildren;
  /** Stays at the foot, in reach of a thumb. */
  foot?: ComponentChildren;
  full?: boolean;
  /** Something was entered: a finger beside the panel must not lose it. */
  entered?: boolean;
}

/** A panel over the screen; Escape and the cross close it. Tab stays inside, and what opened it has the focus again after. */
export function Sheet({ title, close, children, foot, full, entered }: SheetProps): JSX.Element {
  const { texts } = useUi();
  const panel = useRef<HTMLDivElement>(null);
  useModal(panel, close);
  return (
    <div class="veil" onClick={(event) => event.target === event.currentTarget && entered !== true && close()}>
      <div class={`sheet ${full === true ? "full" : ""}`} role="dialog" aria-modal="true" aria-label={title} tabIndex={-1} ref={panel}>
        <header class="sheet-head">
          <h2>{title}</h2>
          <Button kind="quiet" class="square" label={texts.app.close} onPress={close}>
            <CrossIcon />
          </Button>
        </header>
        <div class="sheet-body">{children}</div>
        {foot !== undefined && <footer class="sheet-foot">{foot}</footer>}
      </div>
    </div>
  );
}

interface StepHeadProps {
  title: string;
  back(): void;
  /** Something was typed that the way back would lose: asked first. */
  entered?: boolean;
}

/** The line above a step: a way back and where we are. */
export function StepHead({ title, back, entered = false }: StepHeadProps): JSX.Element {
  const { texts } = useUi();
  const [asking, setAsking] = useState(false);
  const leave = (): void => (entered ? setAsking(true) : back());
  const forGood = (): void => {
    setAsking(false);
    back();
  };
  useWayBack(leave);
  return (
    <header class="step-head">
      <Button kind="quiet" class="square" label={texts.app.back} onPress={leave}>
        <BackIcon />
      </Button>
      <h1>{title}</h1>
      {asking && <LeaveSheet leave={forGood} stay={() => setAsking(false)} />}
    </header>
  );
}

function LeaveSheet({ leave, stay }: { leave(): void; stay(): void }): JSX.Element {
  const { texts } = useUi();
  return (
    <Sheet
      title={texts.app.leave_sure}
      close={stay}
      foot={
        <div class="pair">
          <Button kind="danger" onPress={leave}>
            {texts.verdict.discard_yes}
          </Button>
          <Button kind="primary" onPress={stay}>
            {texts.verdict.discard_no}
          </Button>
        </div>
      }
    >
      {null}
    </Sheet>
  );
}

/** Something to read before going on; announced by a screen reader. */
export function Notice({ children, kind = "look" }: { children: ComponentChildren; kind?: "look" | "bad" | "good" }): JSX.Element {
  return (
    <p class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {children}
    </p>
  );
}
