/** As much of a name as it takes to ask whether it is theirs: "Lê Văn Mẫu" is "Lê V. M•••". */

export function namePart(name: string | null): string {
  const [first, ...others] = (name ?? "").trim().split(/\s+/);
  if (first === undefined || first === "") return "–";
  const last = others.pop();
  const initials = others.map((one) => `${initial(one)}.`);
  return [first, ...initials, ...(last === undefined ? [] : [`${initial(last)}•••`])].join(" ");
}

function initial(word: string): string {
  return [...word][0]?.toUpperCase() ?? "";
}
