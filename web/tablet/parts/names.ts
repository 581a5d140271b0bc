/** Vietnamese names in little room: people are called by the last parts, not by the family name. */

export function calledName(name: string): string {
  return name.trim().split(/\s+/).slice(-2).join(" ");
}

export function initials(name: string): string {
  return calledName(name)
    .split(" ")
    .map((part) => part.slice(0, 1))
    .join("");
}

/** A lane's name in words; "lan-2" is lane 2, and an id nobody translated is shown as it is. */
export function laneName(lanes: Readonly<Record<string, string>>, id: string): string {
  return lanes[id] ?? id.replace(/^lan-/, "");
}
