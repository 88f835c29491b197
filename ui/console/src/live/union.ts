// Which topics does the one stream of this browser follow? The union of what its tabs show.
// Pure: no ports, no clock of its own.

export const SILENT_AFTER = 180_000 // [ms] a tab that said nothing so long is gone; background
// tabs may run timers only once a minute

/* The server follows at most 16 topics a stream; the counts and the list come first. */
export const TOPICS_MAX = 16

export interface TabTopics {
  topics: string[]
  heardAt: number
}

const RANK = (t: string) => (t === 'counts' ? 0 : t === 'list' ? 1 : 2)

export function unionOf(tabs: Iterable<TabTopics>): string[] {
  const latest = new Map<string, number>()
  for (const tab of tabs)
    for (const t of tab.topics) latest.set(t, Math.max(latest.get(t) ?? 0, tab.heardAt))
  const all = [...latest.keys()].sort(
    (a, b) => RANK(a) - RANK(b) || latest.get(b)! - latest.get(a)! || (a < b ? -1 : 1),
  )
  return all.slice(0, TOPICS_MAX).sort()
}

export function sameTopics(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((t, i) => t === b[i])
}

/* Drops the tabs that fell silent; true if one was dropped. */
export function sweep<K, T extends TabTopics>(tabs: Map<K, T>, now: number): boolean {
  let dropped = false
  for (const [k, t] of tabs)
    if (now - t.heardAt > SILENT_AFTER) {
      tabs.delete(k)
      dropped = true
    }
  return dropped
}
