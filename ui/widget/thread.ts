// What the customer sees: the messages of the server and what still waits here, each once.
import type { Message } from './types'

/** Known and new messages as one list, oldest first; the newer version of one id wins. */
export function merge(known: readonly Message[], more: readonly Message[]): Message[] {
  const byId = new Map(known.map((m) => [m.id, m]))
  for (const m of more) byId.set(m.id, m)
  return [...byId.values()].sort((a, b) => a.id - b.id)
}

/** What of the outbox the server does not have yet. */
export function stillWaiting<T extends { client_id: string }>(
  waiting: readonly T[],
  known: readonly Message[],
): T[] {
  const has = new Set(known.map((m) => m.client_id))
  return waiting.filter((w) => !has.has(w.client_id))
}

/** Ids are 41 bits of ms and 12 bits more (DESIGN, Ids), given before the commit. Asking again
 * from a minute before the newest one finds what was committed late. */
const OVERLAP = 60_000 * 4096

export function catchUpFrom(known: readonly Message[]): number {
  const newest = known[known.length - 1]
  return newest ? Math.max(0, newest.id - OVERLAP) : 0
}

export function countUnread(known: readonly Message[], readId: number): number {
  return known.filter((m) => m.from === 'agent' && m.id > readId).length
}
