/** Goods lines: group, quantity and unit of each. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DraftGoods, GoodsGroup, Unit } from "../core/types.ts";
import { Button, Chips, Sheet } from "./controls.tsx";
import { MOST_LINES } from "./draft.ts";
import { CrossIcon, TickIcon } from "./icons.tsx";
import { Keypad } from "./keypad.tsx";
import { quantityText } from "./quantity.ts";
import { useUi } from "./ui.ts";

export const GOODS_GROUPS: readonly GoodsGroup[] = [
  "food",
  "farm_products",
  "sea_products",
  "local_needs",
  "production_materials",
  "energy",
  "textiles",
  "medical_supplies",
  "other",
];
const UNITS: readonly Unit[] = ["tonne", "kg", "box", "head", "litre"];
const PERISHABLE: ReadonlySet<GoodsGroup> = new Set(["food", "farm_products", "sea_products"]);
const LONGEST = 9;

interface GoodsSheetProps {
  goods: readonly DraftGoods[];
  done(goods: readonly DraftGoods[]): void;
  /** The one line there is, put right. */
  single?: boolean;
  close(): void;
}

export function GoodsSheet({ goods, done, close, single = false }: GoodsSheetProps): JSX.Element {
  const { texts } = useUi();
  const begin = single ? goods[0] : undefined;
  const [lines, setLines] = useState(single ? [] : goods);
  const [group, setGroup] = useState<GoodsGroup | null>(begin?.group ?? null);
  const [typed, setTyped] = useState(begin === undefined ? "" : quantityText(begin.quantity));
  const [unit, setUnit] = useState<Unit>(begin?.unit ?? "tonne");
  const [perishable, setPerishable] = useState(begin?.perishable ?? false);
  const quantity = Number(typed.replace(",", "."));
  const line = group !== null && typed !== "" && Number.isFinite(quantity) && quantity > 0 ? { group, quantity, unit, perishable } : null;
  const begun = group !== null || typed !== "";
  const another = (): void => {
    if (line === null) return;
    setLines([...lines, line]);
    setGroup(null);
    setTyped("");
    setPerishable(false);
  };
  const press = (key: string): void => {
    if (key === "," && (typed === "" || typed.includes(","))) return;
    setTyped((before) => (before + key).slice(0, LONGEST));
  };
  const choose = (next: GoodsGroup): void => {
    setGroup(next);
    setPerishable(PERISHABLE.has(next));
  };
  return (
    <Sheet
      full
      entered={!single && (begun || lines !== goods)}
      title={texts.goods.title}
      close={close}
      foot={
        <div class="pair">
          {single ? (
            <Button onPress={() => done([])}>{texts.goods.remove}</Button>
          ) : (
            <Button disabled={line === null || lines.length >= MOST_LINES - 1} onPress={another}>
              {texts.lane.another_line}
            </Button>
          )}
          <Button kind="primary" disabled={line === null && begun} onPress={() => done(line === null ? lines : [...lines, line])}>
            {texts.app.done}
          </Button>
        </div>
      }
    >
      {lines.length > 0 && (
        <ol class="goods-lines">
          {lines.map((one, at) => (
            <li key={at}>
              <span>
                <strong>
                  {quantityText(one.quantity)} {texts.units[one.unit]}
                </strong>{" "}
                {texts.goods_groups[one.group]}
              </span>
              <Button class="square" label={`${texts.goods.remove} ${at + 1}`} onPress={() => setLines(lines.filter((_, other) => other !== at))}>
                <CrossIcon />
              </Button>
            </li>
          ))}
        </ol>
      )}
      <Chips label={texts.goods.group} columns={3} options={GOODS_GROUPS} chosen={group} name={(one) => texts.goods_groups[one]} choose={choose} />
      <div class="quantity-line">
        <output class={typed === "" ? "quantity empty" : "quantity"}>{typed === "" ? texts.goods.quantity : typed}</output>
        <button type="button" role="switch" aria-checked={perishable} class={`chip ${perishable ? "chosen" : ""}`} onClick={() => setPerishable(!perishable)}>
          {perishable && <TickIcon class="chip-tick" />}
          <span>{texts.goods.perishable}</span>
        </button>
      </div>
      <Chips label={texts.goods.unit} columns={5} options={UNITS} chosen={unit} name={(one) => texts.units[one]} choose={setUnit} />
      <Keypad press={press} erase={() => setTyped((before) => before.slice(0, -1))} extra={{ key: ",", name: "," }} />
    </Sheet>
  );
}
