// The hub between tabs and the one stream; the same in the SharedWorker and in a leading tab.
import type { LiveEvent } from '@/api/types'
import { liveStream, type LiveState } from './stream'
import { sweep, unionOf, type TabTopics } from './union'

/* What tabs say to the hub, and hear from it. */
export type ToHub =
  | { type: 'topics'; topics: string[] }
  | { type: 'alive' }
  | { type: 'retry' }
  | { type: 'sign-out' }
  | { type: 'bye' }
export type FromHub =
  | { type: 'event'; event: LiveEvent }
  | { type: 'state'; state: LiveState }
  | { type: 'who' } // a new leader asks every tab to say its topics again

export function liveHub(now: () => number = Date.now) {
  const tabs = new Map<unknown, TabTopics & { say: (m: FromHub) => void }>()
  const tell = (m: FromHub) => {
    for (const t of tabs.values()) t.say(m)
  }
  const stream = liveStream(
    (event) => tell({ type: 'event', event }),
    (state) => tell({ type: 'state', state }),
  )
  const follow = () => stream.follow(unionOf(tabs.values()))

  return {
    hear(tab: unknown, say: (m: FromHub) => void, m: ToHub) {
      if (m.type === 'bye') {
        if (tabs.delete(tab)) follow()
        return
      }
      const known = tabs.get(tab)
      tabs.set(tab, { topics: known?.topics ?? [], heardAt: now(), say })
      if (m.type === 'topics') {
        tabs.get(tab)!.topics = m.topics
        if (!known) say({ type: 'state', state: stream.state })
        follow()
      } else if (m.type === 'retry') stream.retry()
      else if (m.type === 'sign-out') stream.forget()
      if (sweep(tabs, now())) follow()
    },
    close: () => stream.close(),
  }
}
