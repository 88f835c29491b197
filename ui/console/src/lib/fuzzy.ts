// How well does what was typed fit a name? Pure: 0 is no fit, more is better.

const fold = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

export function fit(typed: string, name: string): number {
  const t = fold(typed.trim())
  const n = fold(name)
  if (!t) return 1
  if (n === t) return 1000
  if (n.startsWith(t)) return 800 - n.length
  const word = n.search(new RegExp('(^|[^\\p{L}\\p{N}])' + escape(t), 'u'))
  if (word >= 0) return 600 - word
  const inside = n.indexOf(t)
  if (inside >= 0) return 400 - inside
  // Letters in order, with gaps: "asme" fits "assign to me".
  let at = -1
  let gaps = 0
  for (const c of t.replace(/\s+/g, '')) {
    const next = n.indexOf(c, at + 1)
    if (next < 0) return 0
    gaps += next - at - 1
    at = next
  }
  return Math.max(1, 200 - gaps * 4)
}

const escape = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

export function best<T>(typed: string, items: T[], nameOf: (t: T) => string): T[] {
  if (!typed.trim()) return items
  return items
    .map((item, i) => ({ item, i, score: fit(typed, nameOf(item)) }))
    .filter((x) => x.score > 0)
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .map((x) => x.item)
}
