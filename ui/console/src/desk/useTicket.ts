// One open ticket: itself, its messages, who else is here; kept fresh by its own topic.
import { computed, ref, watch } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { all, get, post } from '@/api/client'
import type { LiveEvent, Message, Ticket, Viewer } from '@/api/types'
import { useLive } from '@/live/live'
import { me } from '@/lib/session'

const WRITING_FOR = 12_000 // [ms]; the widget says so again every 5 s

export function mergeMessage(messages: Message[], m: Message): Message[] {
  const at = messages.findIndex((x) => x.id === m.id)
  if (at >= 0) return messages.with(at, m)
  const below = messages.findIndex((x) => x.id > m.id)
  return below < 0 ? [...messages, m] : messages.toSpliced(below, 0, m)
}

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
  const viewers = ref<Viewer[]>([])
  /* The customer in a chat is writing now. */
  const writing = ref(false)
  let stopsAt: ReturnType<typeof setTimeout> | undefined
  function showWriting(on: boolean) {
    clearTimeout(stopsAt)
    writing.value = on
    if (on) stopsAt = setTimeout(() => (writing.value = false), WRITING_FOR)
  }
  watch(id, () => ((viewers.value = []), showWriting(false)))

  const setTicket = (t: Ticket) => queries.setQueryData(['ticket', t.id], t)
  const putMessage = (m: Message) =>
    queries.setQueryData<Message[]>(['messages', m.ticket_id], (old) => mergeMessage(old ?? [], m))

  async function fetchMessage(messageId: number) {
    try {
      putMessage(await get<Message>(`/messages/${messageId}`))
    } catch {
      void messages.refetch()
    }
  }

  function hear(e: LiveEvent) {
    if (e.kind === 'reset') return void (ticket.refetch(), messages.refetch())
    if (!id() || e.ticket_id !== id()) return
    if (e.kind === 'presence.changed') {
      const data = e.data as { agents?: Viewer[] } | undefined
      viewers.value = (data?.agents ?? []).filter((v) => v.id !== me.value?.id)
    } else if (e.kind === 'typing.changed') {
      showWriting(!!(e.data as { on?: boolean } | undefined)?.on)
    } else if (e.kind.startsWith('message.') && e.message_id) {
      void fetchMessage(e.message_id)
      if (e.kind === 'message.created') void (ticket.refetch(), showWriting(false))
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

  return { ticket, messages, viewers, writing, lastIncoming, last, setTicket, putMessage, markSeen }
}

export type OpenTicket = ReturnType<typeof useTicket>
