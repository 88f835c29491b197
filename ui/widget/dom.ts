// Elements without markup strings: nothing here can become HTML by accident, and pages with
// Trusted Types or a strict CSP take it.

type Kid = Node | string | null | undefined | false
type Props = Record<string, string | number | boolean | null | undefined | ((e: never) => void)>

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...kids: Kid[]
): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag)
  for (const [k, v] of Object.entries(props)) {
    if (typeof v === 'function') e.addEventListener(k.slice(2), v as EventListener)
    else if (v !== null && v !== undefined && v !== false) e.setAttribute(k, v === true ? '' : String(v))
  }
  e.append(...(kids.filter((k) => k || k === '') as (Node | string)[]))
  return e
}

const NS = 'http://www.w3.org/2000/svg'

/** A picture without words, in the colour of its text: [path, is it filled?] */
export function icon(size: number, ...paths: [string, boolean?][]): SVGSVGElement {
  const svg = document.createElementNS(NS, 'svg')
  for (const [k, v] of Object.entries({ viewBox: '0 0 28 28', width: size, height: size, 'aria-hidden': 'true' }))
    svg.setAttribute(k, String(v))
  for (const [d, filled] of paths) {
    const p = document.createElementNS(NS, 'path')
    p.setAttribute('d', d)
    p.setAttribute('class', filled ? 'f' : 's')
    svg.append(p)
  }
  return svg
}

/** The mark: the call, an outline, and the answer, filled. */
export const mark = (size: number) =>
  icon(size, ['M11.2 5.3a8.9 8.9 0 0 0 0 17.4'], ['M16.6 4.2a9.9 9.9 0 0 1 0 19.6z', true])
export const cross = () => icon(20, ['M7 7l14 14M21 7L7 21'])
export const clip = () =>
  icon(22, ['M22 13l-8.6 8.6a5.4 5.4 0 0 1-7.7-7.7l8.7-8.6a3.6 3.6 0 0 1 5.1 5.1l-8.7 8.6a1.8 1.8 0 0 1-2.5-2.5l8-7.9'])
export const paper = () => icon(20, ['M8 4h8l5 5v15H8z M16 4v5h5'])

/** Text with its web addresses as links; nothing else becomes one. */
export function linked(text: string): (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/g).map((part, i) =>
    i % 2 ? h('a', { href: part, target: '_blank', rel: 'noopener noreferrer nofollow' }, part) : part,
  )
}
