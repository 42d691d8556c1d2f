/** Versions in RPM's order, as in pkgconf: compares runs of digits and of letters, one by one. */

const PIECE = /[^A-Za-z0-9~]*(~|[0-9]+|[A-Za-z]+)?/y;

/** Negative, 0 or positive. `1.0~rc1` comes before `1.0`, which comes before `1.0a`. */
export function compareVersions(a: string, b: string): number {
  const left = piecesOf(a);
  const right = piecesOf(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = comparePieces(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function piecesOf(version: string): string[] {
  const pieces: string[] = [];
  PIECE.lastIndex = 0;
  for (let found = PIECE.exec(version); found?.[1] !== undefined; found = PIECE.exec(version)) {
    pieces.push(found[1]);
  }
  return pieces;
}

function comparePieces(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === "~" || b === "~") return a === "~" ? -1 : 1;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const [aIsNumber, bIsNumber] = [/^[0-9]/.test(a), /^[0-9]/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? 1 : -1;
  if (!aIsNumber) return a < b ? -1 : 1;
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}
