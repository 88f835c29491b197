// What may be said of a promise? Only what the blind sample measured here. Pure.
import type { InboxPromise, PromiseWeek } from '../types'

export type Verdict = 'unread' | 'measuring' | 'kept' | 'broken'

/* Until about as many answers as a promise needs are there, it is "not yet measured here". */
export function verdictOf(p: Pick<InboxPromise, 'read' | 'n' | 'n_wanted' | 'is_supported'>): Verdict {
  if (p.is_supported) return 'kept'
  if (p.n >= p.n_wanted) return 'broken'
  return p.read || p.n ? 'measuring' : 'unread'
}

export interface Bar {
  week: string
  n: number
  wrong: number
  x: number
  right: { y: number; h: number }
  bad: { y: number; h: number }
}

const DAY = 86_400_000 // [ms]

/* Bars of `height` for the last `most` weeks, weeks without an answer included: right below, wrong
 * above, from zero. x counts weeks. */
export function barsOf(weeks: PromiseWeek[], height: number, most = 13): Bar[] {
  const answered = weeks.filter((w) => w.n > 0)
  const last = answered.at(-1)
  if (!last) return []
  const byTime = new Map(answered.map((w) => [Date.parse(w.week), w]))
  const first = Math.max(Date.parse(answered[0]!.week), Date.parse(last.week) - (most - 1) * 7 * DAY)
  const bars: Bar[] = []
  const top = Math.max(...answered.map((w) => w.n))
  const scale = height / top
  for (let at = first, x = 0; at <= Date.parse(last.week); at += 7 * DAY, x++) {
    const w = byTime.get(at)
    const n = w?.n ?? 0
    const wrong = n - (w?.right ?? 0)
    const right = { y: height - (n - wrong) * scale, h: (n - wrong) * scale }
    bars.push({ week: new Date(at).toISOString(), n, wrong, x, right, bad: { y: height - n * scale, h: wrong * scale } })
  }
  return bars
}
