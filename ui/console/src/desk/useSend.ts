// Sends what was written: once (an Idempotency-Key per message), later if offline, and not past a
// newer word of the customer without asking.
import { ref } from 'vue'
import { Failure, post, randomKey } from '@/api/client'
import type { DraftKind, Message, Ticket } from '@/api/types'
import { sendLater } from '@/lib/outbox'
import { me } from '@/lib/session'
import { toastFailure } from '@/lib/toast'

export interface ToSend {
  kind: DraftKind
  text: string
  attachments: string[]
  status?: string
  seen?: number
}
export type Outcome = 'sent' | 'queued' | 'newer' | 'failed'

export function useSend() {
  const sending = ref(false)
  let key = ''
  let keyFor = ''

  async function send(ticket: Ticket, m: ToSend): Promise<Outcome> {
    const body = {
      kind: m.kind,
      text: m.text,
      ...(m.attachments.length ? { attachments: m.attachments } : {}),
      ...(m.status ? { status: m.status } : {}),
      ...(m.kind === 'reply' && m.seen ? { seen_message_id: m.seen } : {}),
    }
    // The same words tried again carry the same key, so a lost answer cannot send them twice.
    const words = JSON.stringify([ticket.id, body])
    if (words !== keyFor) [key, keyFor] = [randomKey(), words]
    sending.value = true
    try {
      await post<Pick<Message, 'id' | 'kind' | 'state'>>(`/tickets/${ticket.id}/messages`, body, { key })
      keyFor = ''
      return 'sent'
    } catch (e) {
      if (e instanceof Failure && e.isOffline) {
        sendLater({ key, agent_id: me.value?.id ?? 0, ticket_id: ticket.id, at: new Date().toISOString(), body })
        keyFor = ''
        return 'queued'
      }
      if (e instanceof Failure && e.status === 409) return 'newer'
      toastFailure(e)
      return 'failed'
    } finally {
      sending.value = false
    }
  }
  return { send, sending }
}
