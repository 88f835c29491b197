// The company's colour, made readable. The colour itself stays as true as it can: only its
// lightness moves, in OKLab (https://bottosson.github.io/posts/oklab/), where equal steps look
// equal and the hue stays.

export type Rgb = readonly [number, number, number] // 0..255

/** "#rgb" or "#rrggbb"; null if it is none. */
export function parse(hex: string | null | undefined): Rgb | null {
  const m = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec((hex ?? '').trim())
  if (!m) return null
  const s = m[1]!.length === 3 ? m[1]!.replace(/./g, '$&$&') : m[1]!
  const n = parseInt(s, 16)
  return [n >> 16, (n >> 8) & 255, n & 255]
}

export const css = (c: Rgb): string =>
  '#' + c.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')

const linear = (v: number) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
const gamma = (v: number) =>
  255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * Math.max(v, 0) ** (1 / 2.4) - 0.055)

/** WCAG 2.2 relative luminance. */
export const luminance = (c: Rgb) =>
  0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2])

/** WCAG 2.2 contrast ratio, 1..21. */
export function contrast(a: Rgb, b: Rgb): number {
  const x = luminance(a)
  const y = luminance(b)
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

export const mix = (a: Rgb, b: Rgb, part: number): Rgb =>
  [0, 1, 2].map((i) => Math.round(a[i]! * part + b[i]! * (1 - part))) as unknown as Rgb

function withLightness(c: Rgb, lightness: number): Rgb {
  const [r, g, b] = c.map(linear) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const L = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s
  let A = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  let B = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  // Far from its own lightness a colour has less room: take chroma out as it moves.
  const room = 1 - Math.abs(lightness - L) / 2
  A *= room
  B *= room
  const l3 = (lightness + 0.3963377774 * A + 0.2158037573 * B) ** 3
  const m3 = (lightness - 0.1055613458 * A - 0.0638541728 * B) ** 3
  const s3 = (lightness - 0.0894841775 * A - 1.291485548 * B) ** 3
  return [
    4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
    -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
    -0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3,
  ].map((v) => Math.round(Math.min(255, Math.max(0, gamma(Math.max(0, v)))))) as unknown as Rgb
}

/** The nearest lightness of `c` that reads on every one of `grounds`. */
export function readable(c: Rgb, grounds: readonly Rgb[], least: number): Rgb {
  const reads = (x: Rgb) => grounds.every((g) => contrast(x, g) >= least)
  if (reads(c)) return c
  const towards = luminance(grounds[0]!) > 0.18 ? -1 : 1
  for (let i = 0; i <= 100; i++) {
    const at = towards < 0 ? 1 - i / 100 : i / 100
    const x = withLightness(c, at)
    const isOnTheWay = towards < 0 ? luminance(x) <= luminance(c) : luminance(x) >= luminance(c)
    if (isOnTheWay && reads(x)) return x
  }
  return towards < 0 ? [0, 0, 0] : [255, 255, 255]
}

export interface Scheme {
  fill: Rgb // primary action, bubble on the page
  on: Rgb // words on fill
  text: Rgb // links and marks on paper and surface
  soft: Rgb // behind an answer
}

// BRAND.md
const WHITE: Rgb = [255, 255, 255]
const GROUNDS = {
  light: { paper: [251, 250, 247], surface: WHITE, ink: [31, 35, 40] },
  dark: { paper: [20, 22, 26], surface: [28, 31, 37], ink: [232, 230, 225] },
} as const
const ANSWER = { light: [15, 118, 110], dark: [45, 212, 191] } as const

/** Everything that follows from one colour, for light or dark. No colour: Antiphon's own. */
export function scheme(color: Rgb | null, isDark: boolean): Scheme {
  const ground = isDark ? GROUNDS.dark : GROUNDS.light
  const own = color ?? (isDark ? ANSWER.dark : ANSWER.light)
  const dark: Rgb = [6, 20, 18]
  const on = contrast(own, WHITE) >= 4.5 ? WHITE : dark
  const fill = contrast(own, on) >= 4.5 ? own : readable(own, [on], 4.5)
  const soft = mix(own, ground.surface, isDark ? 0.22 : 0.11)
  return { fill, on, soft, text: readable(own, [ground.surface, ground.paper, soft], 4.5) }
}
