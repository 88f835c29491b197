// How does the console ask the server? One function per verb; every failure is a Failure, with
// the server's own words where it gave any. Knows no screens.
import type { Page, Problem } from './types'

const BASE = '/api/v1'

export class Failure extends Error {
  constructor(
    readonly status: number, // 0: the server was not reached
    readonly problem: Problem | null,
    readonly retryAfter = 0, // [s]
  ) {
    super(problem?.detail || problem?.title || (status ? `HTTP ${status}` : 'not reached'))
  }
  get isOffline() {
    return this.status === 0
  }
  get field() {
    return this.problem?.field
  }
}

let csrf = ''
let onSignedOut: () => void = () => {}

export function setCsrf(token: string) {
  csrf = token
}
export function whenSignedOut(run: () => void) {
  onSignedOut = run
}

export interface Ask {
  query?: Record<string, string | number | boolean | null | undefined>
  body?: unknown
  raw?: Blob
  rev?: number
  key?: string // Idempotency-Key
  signal?: AbortSignal
  keepalive?: boolean
  quiet?: boolean // a 401 is an answer, not the end of the session
}

export function path(p: string, query?: Ask['query']): string {
  const q = new URLSearchParams()
  for (const [k, v] of Object.entries(query ?? {}))
    if (v !== undefined && v !== null && v !== '') q.set(k, String(v))
  const s = q.toString()
  return BASE + p + (s ? '?' + s : '')
}

function headers(method: string, ask: Ask): Record<string, string> {
  const h: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET' && csrf) h['X-CSRF-Token'] = csrf
  if (ask.raw) h['Content-Type'] = ask.raw.type || 'application/octet-stream'
  else if (ask.body !== undefined) h['Content-Type'] = 'application/json'
  if (ask.rev !== undefined) h['If-Match'] = `"${ask.rev}"`
  if (ask.key) h['Idempotency-Key'] = ask.key
  return h
}

async function problemOf(res: Response): Promise<Problem | null> {
  try {
    return (await res.json()) as Problem
  } catch {
    return null
  }
}

async function send<T>(method: string, p: string, ask: Ask = {}): Promise<T> {
  let res: Response
  try {
    res = await fetch(path(p, ask.query), {
      method,
      headers: headers(method, ask),
      body: ask.raw ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body)),
      credentials: 'same-origin',
      signal: ask.signal,
      keepalive: ask.keepalive,
    })
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw new Failure(0, null)
  }
  if (!res.ok) {
    const f = new Failure(res.status, await problemOf(res), Number(res.headers.get('Retry-After')))
    if (res.status === 401 && !ask.quiet) onSignedOut()
    throw f
  }
  if (res.status === 204 || res.headers.get('Content-Length') === '0') return undefined as T
  const text = await res.text()
  return (text ? JSON.parse(text) : undefined) as T
}

const data = async <T>(answer: Promise<{ data: T } | undefined>) => (await answer)?.data as T

export const get = <T>(p: string, ask?: Ask) => data<T>(send('GET', p, ask))
export const list = <T>(p: string, ask?: Ask) => send<Page<T>>('GET', p, ask)
export const post = <T>(p: string, body?: unknown, ask?: Ask) =>
  data<T>(send('POST', p, { ...ask, body }))
export const patch = <T>(p: string, body: unknown, ask?: Ask) =>
  data<T>(send('PATCH', p, { ...ask, body }))
export const put = <T>(p: string, body: unknown, ask?: Ask) =>
  data<T>(send('PUT', p, { ...ask, body }))
export const del = <T>(p: string, ask?: Ask) => data<T>(send('DELETE', p, ask))
export const upload = <T>(name: string, file: Blob, signal?: AbortSignal) =>
  data<T>(send('POST', '/uploads', { query: { name }, raw: file, signal }))

/* A list that the server gives in one piece: agents, teams, inboxes, tags. */
export const whole = async <T>(p: string, ask?: Ask) => (await list<T>(p, ask)).data

/* All pages of a list that has pages: at most 20 of 100. */
export async function all<T>(p: string, query: Ask['query'] = {}): Promise<T[]> {
  const found: T[] = []
  let after: string | null = null
  for (let i = 0; i < 20; i++) {
    const page: Page<T> = await list<T>(p, { query: { ...query, limit: 100, after } })
    found.push(...page.data)
    if (!page.meta?.has_more || !page.meta.after_cursor) break
    after = page.meta.after_cursor
  }
  return found
}

/* 128 random bits as text; crypto.randomUUID is missing on plain http. */
export function randomKey(): string {
  const b = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')
}
