// How does a list take in changes without moving what the reader looks at? Rows keep their
// places until the reader asks for a fresh list: a changed ticket changes in place, one that left
// the queue stays (dimmed), a new one is put in only below what can be seen, else it is held
// back behind the "3 new" pill. Pure.
import type { Ticket } from '@/api/types'

export interface Rows {
  shown: Ticket[]
  gone: Set<number> // shown, but no longer in the queue
  held: Set<number> // in the queue, but not shown yet
}

export interface Place {
  belongs: (t: Ticket) => boolean
  before: (a: Ticket, b: Ticket) => number
  lastVisible: number // index of the last row on the screen; -1: nothing is shown
  hasMore: boolean // there are rows on the server below the last one shown
}

export const emptyRows = (): Rows => ({ shown: [], gone: new Set(), held: new Set() })

export function takeIn(rows: Rows, t: Ticket, p: Place): Rows {
  const at = rows.shown.findIndex((r) => r.id === t.id)
  const held = new Set(rows.held)
  const gone = new Set(rows.gone)
  if (at >= 0) {
    if (p.belongs(t)) gone.delete(t.id)
    else gone.add(t.id)
    return { shown: rows.shown.with(at, t), gone, held }
  }
  held.delete(t.id)
  if (!p.belongs(t)) return { ...rows, held }
  const below = rows.shown.findIndex((r) => p.before(t, r) < 0)
  const place = below < 0 ? rows.shown.length : below
  // Below the last loaded row: the next page will bring it.
  if (place === rows.shown.length && p.hasMore) return { ...rows, held }
  if (place > p.lastVisible) return { shown: rows.shown.toSpliced(place, 0, t), gone, held }
  held.add(t.id)
  return { ...rows, held }
}

/* The next page; rows we already have (taken in live) are not doubled. */
export function addPage(rows: Rows, page: Ticket[]): Rows {
  const have = new Set(rows.shown.map((r) => r.id))
  return { ...rows, shown: [...rows.shown, ...page.filter((t) => !have.has(t.id))] }
}

/* After our own act the row goes at once: the one who acts expects it. */
export function leave(rows: Rows, id: number): Rows {
  const gone = new Set(rows.gone)
  gone.delete(id)
  return { ...rows, gone, shown: rows.shown.filter((r) => r.id !== id) }
}

/* The row after (or before) `id`; from the top if `id` is not there. */
export function neighbour(rows: Rows, id: number | null, step: 1 | -1): Ticket | null {
  const at = rows.shown.findIndex((r) => r.id === id)
  if (at < 0) return rows.shown[0] ?? null
  return rows.shown[at + step] ?? null
}
