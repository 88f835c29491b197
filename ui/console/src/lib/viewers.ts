// Who is here, by what each said last. Pure.
import type { Viewer } from '@/api/types'

export const FORGET_AFTER = 45_000 // [ms] as the server does

export interface Seen extends Viewer {
  at: number
}

/* One agent's word taken into the list. Pure. */
export function takeViewer(list: Seen[], v: Omit<Viewer, 'state'> & { state: Viewer['state'] | 'gone' }, now: number): Seen[] {
  const rest = list.filter((x) => x.id !== v.id && now - x.at < FORGET_AFTER)
  return v.state === 'gone' ? rest : [...rest, { ...v, state: v.state, at: now }].sort((a, b) => a.id - b.id)
}
