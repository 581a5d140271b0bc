/** A quantity as people here write it: with a decimal comma. */
export function quantityText(quantity: number): string {
  return String(quantity).replace(".", ",");
}
