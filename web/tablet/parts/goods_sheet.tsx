/** One goods line: group, quantity, unit. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DraftGoods, GoodsGroup, Unit } from "../core/types.ts";
import { Button, Chips, Sheet } from "./controls.tsx";
import { TickIcon } from "./icons.tsx";
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
  goods: DraftGoods | null;
  done(goods: DraftGoods | null): void;
  close(): void;
}

export function GoodsSheet({ goods, done, close }: GoodsSheetProps): JSX.Element {
  const { texts } = useUi();
  const [group, setGroup] = useState<GoodsGroup | null>(goods?.group ?? null);
  const [typed, setTyped] = useState(goods === null ? "" : quantityText(goods.quantity));
  const [unit, setUnit] = useState<Unit>(goods?.unit ?? "tonne");
  const [perishable, setPerishable] = useState(goods?.perishable ?? false);
  const quantity = Number(typed.replace(",", "."));
  const ready = group !== null && typed !== "" && Number.isFinite(quantity) && quantity > 0;
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
      title={texts.goods.title}
      close={close}
      foot={
        <div class="pair">
          <Button onPress={() => done(null)}>{texts.goods.remove}</Button>
          <Button
            kind="primary"
            disabled={!ready}
            onPress={() => {
              if (group !== null) done({ group, quantity, unit, perishable });
            }}
          >
            {texts.app.done}
          </Button>
        </div>
      }
    >
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
