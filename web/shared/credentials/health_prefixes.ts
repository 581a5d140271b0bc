/** How vaccine passports and health cards begin; what reads them is loaded apart (`reading.ts`). */

export const HC1_PREFIX = "HC1:";

/** Another context or none, then the two bytes with which every zlib stream of a 32 kB window begins. */
export const OTHER_HC1_PREFIX = /^(?:H[A-Z][0-9]:)?((?:6BF|NCF|V7F|Y9F)[0-9A-Z $%*+\-./:]{97,})$/;

export const SHC_PREFIX = "shc:/";

export function matchesHc1(text: string): boolean {
  return text.startsWith(HC1_PREFIX) || OTHER_HC1_PREFIX.test(text);
}

export function matchesShc(text: string): boolean {
  return text.startsWith(SHC_PREFIX);
}
