// Live events for components: useLive(topics, on) follows while the component lives.
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'
import type { LiveEvent } from '@/api/types'
import type { FromHub, ToHub } from './hub'
import { liveLink, type Link } from './link'
import type { LiveState } from './stream'

const ALIVE_EVERY = 25_000 // [ms]

type Hear = (e: LiveEvent) => void

let link: Link | null = null
const wanted = new Map<symbol, string[]>()
const ears = new Set<Hear>()
const state = ref<LiveState>('idle')

export const liveState: Readonly<Ref<LiveState>> = readonly(state)

function topicsNow(): string[] {
  return [...new Set([...wanted.values()].flat())].sort()
}

function say(m: ToHub) {
  link?.say(m)
}

function hear(m: FromHub) {
  if (m.type === 'event') for (const e of [...ears]) e(m.event)
  else if (m.type === 'state') state.value = m.state
  else say({ type: 'topics', topics: topicsNow() })
}

function start() {
  if (link) return
  link = liveLink(hear)
  setInterval(() => say({ type: 'alive' }), ALIVE_EVERY)
  addEventListener('online', () => say({ type: 'retry' }))
  addEventListener('pagehide', () => say({ type: 'bye' }))
  addEventListener('pageshow', (e: PageTransitionEvent) => {
    if (e.persisted) say({ type: 'topics', topics: topicsNow() })
  })
}

let pending = false
function announce() {
  if (pending) return
  pending = true
  queueMicrotask(() => {
    pending = false
    start()
    say({ type: 'topics', topics: topicsNow() })
  })
}

/* Follow `topics` (a getter: may change) and hear every event of this browser's stream. */
export function useLive(topics: () => string[], on: Hear) {
  const me = Symbol()
  ears.add(on)
  watch(
    () => topics().join('\n'),
    () => {
      wanted.set(me, topics())
      announce()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    ears.delete(on)
    wanted.delete(me)
    announce()
  })
}

export const liveRetry = () => say({ type: 'retry' })
export const liveSignOut = () => say({ type: 'sign-out' })
