// Tells the others that this agent looks at a ticket, or answers it. Said again every so often,
// because the server forgets whoever falls silent.
import { onScopeDispose, watch } from 'vue'
import { post } from '@/api/client'

const AGAIN = 20_000 // [ms]
const TYPING_FOR = 12_000 // [ms] after the last key one is no longer replying

export function usePresence(id: () => number | null) {
  let typedAt = 0
  let sent = ''

  function say(ticket: number, state: 'viewing' | 'replying' | 'gone', keepalive = false) {
    sent = state
    void post(`/tickets/${ticket}/presence`, { state }, { keepalive }).catch(() => {})
  }
  const stateNow = () => (Date.now() - typedAt < TYPING_FOR ? 'replying' : 'viewing')
  const beat = setInterval(() => {
    const t = id()
    if (t && document.visibilityState === 'visible') say(t, stateNow())
  }, AGAIN)
  const bye = () => {
    const t = id()
    if (t) say(t, 'gone', true)
  }
  addEventListener('pagehide', bye)

  watch(
    id,
    (now, was) => {
      typedAt = 0
      if (was) say(was, 'gone')
      if (now) say(now, 'viewing')
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearInterval(beat)
    removeEventListener('pagehide', bye)
    bye()
  })

  return {
    typing() {
      typedAt = Date.now()
      const t = id()
      if (t && sent !== 'replying') say(t, 'replying')
    },
    sentIt() {
      typedAt = 0
      const t = id()
      if (t) say(t, 'viewing')
    },
  }
}
