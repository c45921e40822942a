/** @file The order of what waits. */

/** The list with the item at `from` moved to `to`; unchanged where either is not in it. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const result = [...list];
  if (from < 0 || from >= list.length || to < 0 || to >= list.length) return result;
  const [item] = result.splice(from, 1);
  result.splice(to, 0, item!);
  return result;
}
