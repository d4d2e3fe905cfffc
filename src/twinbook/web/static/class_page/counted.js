import { nt } from "../web/words.js";

// For sentences that hold %(cells)s.
export function cells(count) {
  return { cells: nt("%(count)d cell", "%(count)d cells", count) };
}
