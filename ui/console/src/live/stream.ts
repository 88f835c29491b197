// One event stream to the server: opens, follows, reconnects with Last-Event-ID, and changes its
// topics by reconnecting. Runs in the SharedWorker, or in the tab that leads.
import type { LiveEvent } from '@/api/types'
import { sseParser } from './sse'
import { sameTopics } from './union'

export type LiveState = 'idle' | 'connecting' | 'live' | 'waiting' | 'signed-out'

/* Told to every tab when a stream begins without a place to go on from. */
export const BEGAN = 'stream.began'

const FIRST_WAIT = 500 // [ms] doubles up to
const LAST_WAIT = 15_000
const SETTLE = 60 // [ms] several tabs change topics at once: one reconnect
const QUIET = 45_000 // [ms] without even a keep-alive comment: the line is dead

export function liveStream(
  onEvent: (e: LiveEvent, id: string) => void,
  onState: (s: LiveState) => void,
) {
  let topics: string[] = []
  let opened: string[] = []
  let lastId = ''
  let abort: AbortController | null = null
  let wait = FIRST_WAIT
  let timer: ReturnType<typeof setTimeout> | undefined
  let state: LiveState = 'idle'

  function say(s: LiveState) {
    if (s !== state) onState((state = s))
  }

  async function read(res: Response, mine: AbortController) {
    const decode = new TextDecoder()
    const feed = sseParser((f) => {
      if (f.id) lastId = f.id
      if (!f.data) return
      try {
        const e = JSON.parse(f.data) as LiveEvent
        // Counts are not log entries: their data is the row itself.
        if (!e.kind) onEvent({ kind: f.event, data: e }, f.id)
        else onEvent(e, f.id)
      } catch {
        /* not ours: a proxy's chatter */
      }
    })
    const body = res.body!.getReader()
    for (;;) {
      const quiet = setTimeout(() => mine.abort(), QUIET)
      const { done, value } = await body.read().finally(() => clearTimeout(quiet))
      if (done) return
      feed(decode.decode(value, { stream: true }))
    }
  }

  async function open() {
    clearTimeout(timer)
    if (!topics.length) {
      abort?.abort()
      opened = []
      return say('idle')
    }
    // The old line stays until the new one is open: what is not replayed (counts) has no gap.
    const old = abort
    const mine = (abort = new AbortController())
    opened = topics
    if (state !== 'live') say('connecting')
    try {
      const res = await fetch('/api/v1/events?topics=' + encodeURIComponent(topics.join(',')), {
        headers: { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: mine.signal,
      })
      if (res.status === 401 || res.status === 403) return say('signed-out')
      if (res.status === 404 && topics.some((t) => t.startsWith('ticket:'))) {
        // One of the tickets is gone or not ours to see: live without them rather than not at all.
        topics = topics.filter((t) => !t.startsWith('ticket:'))
        return void open()
      }
      if (!res.ok || !res.body) throw new Error(`HTTP ${res.status}`)
      wait = FIRST_WAIT
      old?.abort()
      say('live')
      // From here on nothing is missed; what happened before, each tab must look up.
      if (!lastId) onEvent({ kind: BEGAN }, '')
      await read(res, mine)
      throw new Error('ended')
    } catch {
      old?.abort()
      if (abort !== mine) return // a newer one took over
      say('waiting')
      timer = setTimeout(open, wait * (0.75 + Math.random() / 2))
      wait = Math.min(wait * 2, LAST_WAIT)
    }
  }

  return {
    follow(next: string[]) {
      topics = next
      if (sameTopics(next, opened) && state !== 'idle' && state !== 'signed-out') return
      clearTimeout(timer)
      timer = setTimeout(open, SETTLE)
    },
    /* The network came back, or somebody signed in: do not wait. */
    retry() {
      if (state === 'live') return
      wait = FIRST_WAIT
      void open()
    },
    forget() {
      lastId = ''
      opened = []
      abort?.abort()
      abort = null
      say('idle')
    },
    close() {
      clearTimeout(timer)
      abort?.abort()
      abort = null
    },
    get state() {
      return state
    },
  }
}
