// One open ticket: itself, its messages, who else is here; kept fresh by its own topic.
import { computed, watch } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { all, get, post } from '@/api/client'
import type { LiveEvent, Message, Ticket } from '@/api/types'
import { useLive } from '@/live/live'
import { BEGAN } from '@/live/stream'
import { mergeMessage } from '@/lib/messages'
import { useViewers } from './useViewers'

export function useTicket(id: () => number | null) {
  const queries = useQueryClient()
  const ticketKey = computed(() => ['ticket', id()])
  const messagesKey = computed(() => ['messages', id()])
  const enabled = computed(() => !!id())

  const ticket = useQuery({
    queryKey: ticketKey,
    queryFn: () => get<Ticket>(`/tickets/${id()}`),
    enabled,
    staleTime: 0,
  })
  const messages = useQuery({
    queryKey: messagesKey,
    queryFn: () => all<Message>(`/tickets/${id()}/messages`),
    enabled,
    staleTime: 0,
  })
  const { viewers, hearViewer, hearTyping, isTyping } = useViewers(id)

  const setTicket = (t: Ticket) => queries.setQueryData(['ticket', t.id], t)
  const putMessage = (m: Message) =>
    queries.setQueryData<Message[]>(['messages', m.ticket_id], (old) => mergeMessage(old ?? [], m))

  /* The same message is told by several topics: one fetch at a time, and once more if it was told
   * again meanwhile. */
  const fetching = new Map<number, boolean>()
  async function fetchMessage(messageId: number) {
    if (fetching.has(messageId)) return void fetching.set(messageId, true)
    fetching.set(messageId, false)
    try {
      putMessage(await get<Message>(`/messages/${messageId}`))
    } catch {
      void messages.refetch()
    } finally {
      const again = fetching.get(messageId)
      fetching.delete(messageId)
      if (again) void fetchMessage(messageId)
    }
  }

  function hear(e: LiveEvent) {
    if (!id()) return
    if (e.kind === 'reset' || e.kind === BEGAN) return void (ticket.refetch(), messages.refetch())
    if (e.ticket_id !== id()) return
    if (e.kind === 'presence.changed') hearViewer(e)
    else if (e.kind === 'typing.changed') hearTyping(e)
    else if (e.kind.startsWith('message.') && e.message_id) {
      // A fetch of all that is on its way may be older than this.
      if (messages.isFetching.value) void messages.refetch()
      else void fetchMessage(e.message_id)
      if (e.kind === 'message.created') {
        hearTyping({ kind: '', data: { on: false } })
        void ticket.refetch()
      }
    } else if (e.kind === 'ticket.changed') {
      void ticket.refetch()
      if (e.message_id) void fetchMessage(e.message_id)
    }
  }
  useLive(() => (id() ? [`ticket:${id()}`] : []), hear)

  const lastIncoming = computed(() => messages.data.value?.findLast((m) => m.kind === 'incoming') ?? null)
  const last = computed(() => messages.data.value?.at(-1) ?? null)

  /* What is on the screen has been seen; said once for each last message. */
  let said = ''
  function markSeen() {
    const m = last.value
    if (!m || document.visibilityState !== 'visible') return
    const now = `${m.ticket_id}/${m.id}`
    if (now === said) return
    said = now
    void post(`/tickets/${m.ticket_id}/seen`, { message_id: m.id }).catch(() => (said = ''))
    if (ticket.data.value?.unread) setTicket({ ...ticket.data.value, unread: false })
  }
  watch(last, markSeen)

  return { ticket, messages, viewers, isTyping, lastIncoming, last, setTicket, putMessage, markSeen }
}

export type OpenTicket = ReturnType<typeof useTicket>
