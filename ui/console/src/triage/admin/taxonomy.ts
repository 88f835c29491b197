// The taxonomy as its forms hold it: lists one a line, keys out of names, a file looked at before
// it is sent. Pure.
import type { TriageCategory } from '../types'

export interface CategoryForm {
  name: string
  queue: string
  description: string
  include: string
  exclude: string
  ties: string
  keywords: string
}

const linesOf = (text: string) => [...new Set(text.split('\n').map((l) => l.trim()).filter(Boolean))]

export const formOf = (c: TriageCategory | undefined, queue = ''): CategoryForm => ({
  name: c?.name ?? '',
  queue: c?.queue ?? queue,
  description: c?.description ?? '',
  include: (c?.include ?? []).join('\n'),
  exclude: (c?.exclude ?? []).join('\n'),
  ties: (c?.ties ?? []).join('\n'),
  keywords: (c?.keywords ?? []).join('\n'),
})

export const jsonOf = (f: CategoryForm) => ({
  queue: f.queue,
  name: f.name.trim(),
  description: f.description.trim(),
  include: linesOf(f.include),
  exclude: linesOf(f.exclude),
  ties: linesOf(f.ties),
  keywords: linesOf(f.keywords),
})

const PLAIN: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', æ: 'ae', ø: 'o', å: 'a', ł: 'l', đ: 'd', ı: 'i' }
const KEY_CHARS = 60

/* "Größe & Ton" is "groesse_ton"; never one that is taken, never `oos`. */
export function keyOf(name: string, taken: string[], otherwise: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[äöüßæøåłđı]/g, (c) => PLAIN[c] ?? c)
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, (gap) => (/^\p{M}+$/u.test(gap) ? '' : '_'))
    .replace(/^_+|_+$/g, '')
    .slice(0, KEY_CHARS - 4)
  const base = plain || otherwise
  for (let i = 1; ; i++) {
    const key = i === 1 ? base : `${base}_${i}`
    if (key !== 'oos' && !taken.includes(key)) return key
  }
}

export interface FileSeen {
  queues: number
  categories: number
  examples: number
  wrongLine: number // 0: every line is an object
}

export function lookAt(text: string): FileSeen {
  const seen: FileSeen = { queues: 0, categories: 0, examples: 0, wrongLine: 0 }
  text.split('\n').forEach((line, i) => {
    if (!line.trim() || seen.wrongLine) return
    try {
      const o = JSON.parse(line) as Record<string, unknown>
      if (o === null || typeof o !== 'object' || Array.isArray(o)) seen.wrongLine = i + 1
      else if ('example' in o || 'oos' in o) seen.examples++
      else if ('keyword' in o) return
      else if ('category' in o) seen.categories++
      else if ('queue' in o) seen.queues++
    } catch {
      seen.wrongLine = i + 1
    }
  })
  return seen
}
