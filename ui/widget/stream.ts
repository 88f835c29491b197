// The open line to the server: read events until told to stop, come back whenever it breaks.
import type { Api } from './api'
import { ApiError } from './api'
import { backoff } from './backoff'
import { SseParser, type SseEvent } from './sse'

// The server writes a comment every 15 s; three missed ones mean that nobody is there.
const SILENCE_MS = 50_000

export interface StreamEvents {
  heard(e: SseEvent): void
  /** true: events flow (anything may have been missed before); false: they do not. */
  connected(is: boolean): void
  /** 401 and other refusals; resolves once it is worth trying again, rejects to give up. */
  refused(e: ApiError): Promise<void>
}

export function sleep(ms: number, until?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      until?.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, ms)
    addEventListener('online', end) // the network is back: no reason to wait
    until?.addEventListener('abort', end)
  })
}

async function readAll(api: Api, parser: SseParser, on: StreamEvents, until: AbortSignal) {
  const silence = new AbortController()
  const stop = () => silence.abort()
  until.addEventListener('abort', stop)
  let timer = setTimeout(stop, SILENCE_MS)
  try {
    const r = await api.raw('GET', '/stream', {
      signal: silence.signal,
      headers: {
        Accept: 'text/event-stream',
        ...(parser.lastId && { 'Last-Event-ID': parser.lastId }),
      },
    })
    const reader = r.body!.getReader()
    const text = new TextDecoder()
    on.connected(true)
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(stop, SILENCE_MS)
      for (const e of parser.push(text.decode(value, { stream: true }))) on.heard(e)
    }
  } finally {
    clearTimeout(timer)
    until.removeEventListener('abort', stop)
    on.connected(false)
  }
}

export async function follow(api: Api, on: StreamEvents, until: AbortSignal): Promise<void> {
  let lastId = ''
  let tries = 0
  while (!until.aborted) {
    const parser = new SseParser()
    parser.lastId = lastId
    let wait = 0
    const since = Date.now()
    try {
      await readAll(api, parser, on, until)
    } catch (e) {
      if (until.aborted) return
      if (e instanceof ApiError && e.status) {
        wait = e.retryAfterMs
        if (e.isFinal || e.status === 401) await on.refused(e)
      }
    }
    lastId = parser.lastId
    // A line that held a while was a good one: begin again with short waits.
    tries = Date.now() - since > 30_000 ? 1 : tries + 1
    if (!until.aborted) await sleep(Math.max(wait, backoff(tries)), until)
  }
}
