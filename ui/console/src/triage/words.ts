// What triage says, in words and in places: how sure, which language, where in the text. Pure.

/* How sure, as a word: the number stands beside it. */
export function sureness(p: number): 'certain' | 'sure' | 'likely' | 'guess' {
  if (p >= 0.95) return 'certain'
  if (p >= 0.85) return 'sure'
  if (p >= 0.6) return 'likely'
  return 'guess'
}

/* "92 %"; never 100 of what is not certain, never 0 of what may be. */
export function percent(x: number, locale: string, digits = 0): string {
  const step = 10 ** -(digits + 2)
  const shown = x >= 1 || x <= 0 ? x : Math.min(1 - step, Math.max(step, x))
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(shown)
}

function named(type: 'language' | 'region', code: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type }).of(code) ?? code
  } catch {
    return code
  }
}
export const languageName = (code: string, locale: string) => named('language', code, locale)
export const regionName = (code: string, locale: string) => (/^[A-Z]{2}$/.test(code) ? named('region', code, locale) : code)

/* What the server can tell apart. */
export const LANGUAGES =
  'en de fr es pt it nl sv da no fi pl cs ro hu tr id vi hi-Latn ru uk bg ar fa ur el he hi th ko ja zh'.split(' ')

export const FACT_KINDS = ['device', 'os', 'os_version', 'app_version', 'region', 'plan', 'error'] as const

/* A place in a text as the server counts: bytes of UTF-8. */
export interface Place {
  at: number
  n: number
  words?: string | null
}
/* The same in UTF-16 units, as the browser counts. */
export interface Span {
  from: number
  to: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/* Where the place is in `text`. The server may have read more than the text shows (a mail's
 * subject before it): what stands there must be the words, else they are looked for. */
export function spanOf(text: string, place: Place): Span | null {
  if (place.n <= 0) return null
  const bytes = encoder.encode(text)
  if (place.at + place.n <= bytes.length) {
    const from = decoder.decode(bytes.subarray(0, place.at)).length
    const said = decoder.decode(bytes.subarray(place.at, place.at + place.n))
    if (!place.words || said === place.words) return { from, to: from + said.length }
  }
  const found = place.words ? text.indexOf(place.words) : -1
  return found < 0 ? null : { from: found, to: found + place.words!.length }
}

export interface Piece {
  text: string
  href?: string
}
export interface Cut extends Piece {
  mark?: boolean
  seal?: string // the kind of what is masked here
}

/* Pieces of a text cut at the edges of marks and masks; links keep their address. */
export function cut(pieces: Piece[], marks: Span[], seals: (Span & { kind: string })[]): Cut[] {
  const out: Cut[] = []
  let at = 0
  for (const p of pieces) {
    const end = at + p.text.length
    const edges = new Set([at, end])
    for (const s of [...marks, ...seals])
      for (const e of [s.from, s.to]) if (e > at && e < end) edges.add(e)
    const cuts = [...edges].sort((a, b) => a - b)
    for (let i = 0; i + 1 < cuts.length; i++) {
      const [from, to] = [cuts[i]!, cuts[i + 1]!]
      const within = (s: Span) => s.from <= from && to <= s.to
      const seal = seals.find(within)
      const piece: Cut = { ...p, text: p.text.slice(from - at, to - at) }
      if (marks.some(within)) piece.mark = true
      if (seal) piece.seal = seal.kind
      out.push(piece)
    }
    at = end
  }
  return out
}
