/** Both readers of health documents: a third of what reads codes, and one file of its own in the tablet. */

export { readHc1 } from "./hc1.ts";
export { readShc } from "./shc.ts";
