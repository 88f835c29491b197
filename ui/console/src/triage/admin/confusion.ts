// What was taken for what, as rows that also a phone can show: only what happened. Pure.
import type { TriageConfusion } from '../types'

export interface ConfusionRow {
  was: string
  n: number
  right: number
  wrong: { said: string; n: number }[] // most first
}

/* Rows with most mistakes first; what was never mistaken comes last. */
export function confusionRows(cells: TriageConfusion[]): ConfusionRow[] {
  const rows = new Map<string, ConfusionRow>()
  for (const c of cells) {
    if (c.n <= 0) continue
    const row = rows.get(c.was) ?? { was: c.was, n: 0, right: 0, wrong: [] }
    row.n += c.n
    if (c.was === c.said) row.right += c.n
    else row.wrong.push({ said: c.said, n: c.n })
    rows.set(c.was, row)
  }
  for (const r of rows.values()) r.wrong.sort((a, b) => b.n - a.n || a.said.localeCompare(b.said))
  return [...rows.values()].sort((a, b) => b.n - b.right - (a.n - a.right) || b.n - a.n || a.was.localeCompare(b.was))
}

/* How often the one was taken for the other, this way. */
export const timesOf = (cells: TriageConfusion[], was: string, said: string) =>
  cells.find((c) => c.was === was && c.said === said)?.n ?? 0
