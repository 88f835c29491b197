// How does this tab reach the hub? By a SharedWorker; where there is none, the tabs elect a
// leader by a Web Lock and talk over a BroadcastChannel; where there is neither, alone.
import { liveHub, type FromHub, type ToHub } from './hub'

export interface Link {
  say(m: ToHub): void
}

const NAME = 'antiphon-live'

function byWorker(hear: (m: FromHub) => void): Link {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: NAME,
  })
  worker.port.onmessage = (e: MessageEvent<FromHub>) => hear(e.data)
  worker.port.start()
  return { say: (m) => worker.port.postMessage(m) }
}

interface Wire {
  from: string // the tab, or "hub"
  to?: string
  m: ToHub | FromHub
}

function byElection(hear: (m: FromHub) => void): Link {
  const channel = new BroadcastChannel(NAME)
  const me = String(crypto.getRandomValues(new Uint32Array(2)))
  let hub: ReturnType<typeof liveHub> | null = null

  const toTab = (tab: string) => (m: FromHub) =>
    tab === me ? hear(m) : channel.postMessage({ from: 'hub', to: tab, m } satisfies Wire)

  channel.onmessage = (e: MessageEvent<Wire>) => {
    const w = e.data
    if (w.from === 'hub') {
      if (!w.to || w.to === me) hear(w.m as FromHub)
    } else hub?.hear(w.from, toTab(w.from), w.m as ToHub)
  }
  void navigator.locks.request(NAME, () => {
    // We lead until this tab goes: the lock is held by a promise that never settles.
    hub = liveHub()
    channel.postMessage({ from: 'hub', m: { type: 'who' } } satisfies Wire)
    hear({ type: 'who' })
    return new Promise<void>(() => {})
  })
  return {
    say: (m) => {
      if (hub) hub.hear(me, toTab(me), m)
      else channel.postMessage({ from: me, m } satisfies Wire)
    },
  }
}

function alone(hear: (m: FromHub) => void): Link {
  const hub = liveHub()
  return { say: (m) => hub.hear('me', hear, m) }
}

export function liveLink(hear: (m: FromHub) => void): Link {
  if (typeof SharedWorker !== 'undefined') {
    try {
      return byWorker(hear)
    } catch {
      /* forbidden by the browser's settings */
    }
  }
  if (typeof BroadcastChannel !== 'undefined' && navigator.locks) return byElection(hear)
  return alone(hear)
}
