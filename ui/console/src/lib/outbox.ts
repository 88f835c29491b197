// Messages written while the server was out of reach: kept in this browser with their
// Idempotency-Key, sent when it is back. The same key means: at most once.
import { computed, ref } from 'vue'
import { Failure, post } from '@/api/client'
import type { Kind } from '@/api/types'
import { keep } from './keep'
import { toast, wordsFor } from './toast'

export interface Outgoing {
  key: string
  agent_id: number
  ticket_id: number
  at: string
  body: { kind: Kind; text: string; attachments?: string[]; status?: string; seen_message_id?: number }
}

const kept = keep<Outgoing[]>('outbox', [])
export const outbox = ref<Outgoing[]>(kept.get())
export const outboxCount = computed(() => outbox.value.length)

function set(items: Outgoing[]) {
  outbox.value = items
  kept.set(items)
}

export const sendLater = (o: Outgoing) => set([...outbox.value, o])
export const takeBack = (key: string) => set(outbox.value.filter((o) => o.key !== key))

let running = false
/* In order; stops at the first that still cannot be reached. A refusal is told and handed back. */
export async function flushOutbox(agentId: number, refused: (o: Outgoing) => void) {
  if (running) return
  running = true
  try {
    for (const o of outbox.value.filter((x) => x.agent_id === agentId)) {
      try {
        await post(`/tickets/${o.ticket_id}/messages`, o.body, { key: o.key })
      } catch (e) {
        if (!(e instanceof Failure) || e.isOffline || e.status >= 500 || e.status === 429) return
        toast(wordsFor(e), { tone: 'bad' })
        refused(o)
      }
      takeBack(o.key)
    }
  } finally {
    running = false
  }
}
