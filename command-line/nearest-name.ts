/** A part of a name that is this long tells which one is meant. */
const SHORTEST_PART = 3;
/** One slip for so many letters may be in a name. */
const LETTERS_FOR_A_SLIP = 3;

/** The one of `names` that `written` is likely to mean; undefined when it looks like none of them. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const folded = foldedName(written);
  const equal = names.find((name) => foldedName(name) === folded);
  if (equal !== undefined) return equal;
  const most = Math.max(1, Math.floor(folded.length / LETTERS_FOR_A_SLIP));
  const [nearest] = names
    .map((name) => ({ name, slips: slipsBetween(folded, foldedName(name)) }))
    .filter(({ slips }) => slips <= most)
    .sort((one, other) => one.slips - other.slips);
  if (nearest) return nearest.name;
  if (folded.length < SHORTEST_PART) return undefined;
  return names.find((name) => foldedName(name).startsWith(folded) || folded.startsWith(foldedName(name)));
}

/** Without capital letters and what people put between words. */
export function foldedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. ]/gu, '');
}

/** Letters that were left out, added, changed, or written in the wrong order (optimal string alignment). */
function slipsBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row += 1) {
    const counts = [row];
    for (let column = 1; column <= other.length; column += 1)
      counts.push(slipsUpTo(one, other, row, column, { rows, counts }));
    rows.push(counts);
  }
  return at(rows.at(-1), other.length);
}

interface Table {
  readonly rows: readonly (readonly number[])[];
  /** The row that is being filled. */
  readonly counts: readonly number[];
}

function slipsUpTo(one: string, other: string, row: number, column: number, { rows, counts }: Table): number {
  const above = rows[row - 1];
  const isSame = one[row - 1] === other[column - 1];
  const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
  return Math.min(
    at(above, column) + 1,
    at(counts, column - 1) + 1,
    at(above, column - 1) + (isSame ? 0 : 1),
    isSwapped ? at(rows[row - 2], column - 2) + 1 : Infinity,
  );
}

function at(row: readonly number[] | undefined, column: number): number {
  return row?.[column] ?? Infinity;
}
