// Times for people: short and relative in lists, exact on hover. One clock for all components.
import { readonly, ref } from 'vue'

const TICK = 20_000 // [ms]
const clock = ref(Date.now())
let ticking: ReturnType<typeof setInterval> | undefined

export function useNow() {
  ticking ??= setInterval(() => (clock.value = Date.now()), TICK)
  return readonly(clock)
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface Span {
  n: number
  unit: 'now' | 'min' | 'h' | 'd' | 'date'
}

/* How long ago, in one number and one unit; 'date' when a date says more. */
export function spanOf(ms: number): Span {
  const m = Math.max(0, ms)
  if (m < MINUTE) return { n: 0, unit: 'now' }
  if (m < HOUR) return { n: Math.floor(m / MINUTE), unit: 'min' }
  if (m < DAY) return { n: Math.floor(m / HOUR), unit: 'h' }
  if (m < 7 * DAY) return { n: Math.floor(m / DAY), unit: 'd' }
  return { n: 0, unit: 'date' }
}

export function dateOf(iso: string, locale: string, now: number): string {
  const d = new Date(iso)
  const sameYear = d.getFullYear() === new Date(now).getFullYear()
  return d.toLocaleDateString(locale, { day: 'numeric', month: 'short', year: sameYear ? undefined : 'numeric' })
}

export const exact = (iso: string, locale: string) =>
  new Date(iso).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })

/* "18:04" today, "Tue 18:04" this week, else with the date. */
export function momentOf(iso: string, locale: string, now: number): string {
  const d = new Date(iso)
  const time = d.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' })
  if (d.toDateString() === new Date(now).toDateString()) return time
  if (now - d.getTime() < 6 * DAY && d.getTime() <= now)
    return d.toLocaleDateString(locale, { weekday: 'short' }) + ' ' + time
  return dateOf(iso, locale, now) + ', ' + time
}

export interface SnoozeChoice {
  key: 'h1' | 'h3' | 'tomorrow' | 'week'
  until: Date
}

export function snoozeChoices(now: Date): SnoozeChoice[] {
  const at9 = (days: number) => {
    const d = new Date(now)
    d.setDate(d.getDate() + days)
    d.setHours(9, 0, 0, 0)
    return d
  }
  const toMonday = (8 - now.getDay()) % 7 || 7
  return [
    { key: 'h1', until: new Date(now.getTime() + HOUR) },
    { key: 'h3', until: new Date(now.getTime() + 3 * HOUR) },
    { key: 'tomorrow', until: at9(1) },
    { key: 'week', until: at9(toMonday) },
  ]
}

export function bytesOf(n: number): string {
  if (n < 1000) return `${n} B`
  if (n < 1_000_000) return `${Math.round(n / 1000)} kB`
  return `${(n / 1_000_000).toFixed(1)} MB`
}
