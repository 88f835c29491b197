// How well does what was typed fit a name? Pure: 0 is no fit, more is better.

const fold = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

export function fit(typed: string, name: string): number {
  const t = fold(typed.trim())
  const n = fold(name)
  if (!t) return 1
  if (n === t) return 1000
  if (n.startsWith(t)) return 800 - Math.min(n.length, 190)
  const word = n.search(new RegExp('(^|[^\\p{L}\\p{N}])' + escape(t), 'u'))
  if (word >= 0) return 600 - Math.min(word, 190)
  const inside = n.indexOf(t)
  if (inside >= 0) return 400 - Math.min(inside, 190)
  // Letters in order, with gaps: "asme" fits "assign to me".
  let at = -1
  let gaps = 0
  for (const c of t.replace(/\s+/g, '')) {
    const next = n.indexOf(c, at + 1)
    if (next < 0) return 0
    gaps += next - at - 1
    at = next
  }
  return gaps > MOST_GAPS ? 0 : 200 - gaps * 4
}

const MOST_GAPS = 24 // in a long description some letters stand in any order
const escape = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

export function best<T>(typed: string, items: T[], nameOf: (t: T) => string): T[] {
  if (!typed.trim()) return items
  return items
    .map((item, i) => ({ item, i, score: fit(typed, nameOf(item)) }))
    .filter((x) => x.score > 0)
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .map((x) => x.item)
}

/* Best first, but a group stays together, at the place of its best. */
export function together<T extends { group?: string }>(found: T[]): T[] {
  const groups = [...new Set(found.map((o) => o.group))]
  return groups.flatMap((g) => found.filter((o) => o.group === g))
}
