// What was read of one ticket, and saying what holds instead: at once on the screen, taken back
// if the server refuses.
import { computed } from 'vue'
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/vue-query'
import { get, post, whole } from '@/api/client'
import type { Ticket } from '@/api/types'
import { useLive } from '@/live/live'
import { BEGAN } from '@/live/stream'
import { useActs } from '@/desk/useActs'
import type { TicketTriage, TriageCategory, TriageFact, TriageQueue, TriageSaid, Urgency } from './types'

export const useCategories = () =>
  useQuery({ queryKey: ['categories'], queryFn: () => whole<TriageCategory>('/categories'), staleTime: Infinity })
export const useQueues = () =>
  useQuery({ queryKey: ['queues'], queryFn: () => whole<TriageQueue>('/queues'), staleTime: Infinity })

/* The name of a category by its key; the key where the taxonomy no longer has it. */
export function useCategoryNames() {
  const categories = useCategories()
  const queues = useQueues()
  const byKey = computed(() => new Map(categories.data.value?.map((c) => [c.key, c]) ?? []))
  return {
    isKnown: (key: string) => !categories.data.value || byKey.value.has(key),
    knownName: (key: string | null | undefined) => (key && byKey.value.get(key)?.name) || '',
    nameOf: (key: string) => byKey.value.get(key)?.name ?? key,
    queueOf: (key: string) => byKey.value.get(key)?.queue ?? null,
    queueName: (key: string) => queues.data.value?.find((q) => q.key === key)?.name ?? key,
  }
}

/* The taxonomy was changed. The server says so a moment before it reads with the new one, so what
 * it answers now may be the old: it is asked again. `already`: the screen shows the change. */
const SOON = [0, 1_500, 5_000] // [ms]
export function taxonomyChanged(queries: QueryClient, already = false) {
  for (const after of SOON.slice(already ? 1 : 0))
    setTimeout(() => {
      for (const key of ['categories', 'queues', 'examples', 'triage-state']) void queries.invalidateQueries({ queryKey: [key] })
    }, after)
}

export const useTriage = (id: () => number | null | undefined) =>
  useQuery({
    queryKey: computed(() => ['triage', id()]),
    queryFn: () => get<TicketTriage>(`/tickets/${id()}/triage`),
    enabled: computed(() => !!id()),
    staleTime: 0,
  })

/* Once on the desk: what is told of the open ticket makes its reading be fetched anew. */
export function useTriageEvents(id: () => number | null) {
  const queries = useQueryClient()
  useLive(
    () => [],
    (e) => {
      const begins = e.kind === 'reset' || e.kind === BEGAN
      const isOurs = e.ticket_id === id() && ['ticket.changed', 'message.created', 'page.changed'].includes(e.kind)
      if (id() && (begins || isOurs)) void queries.invalidateQueries({ queryKey: ['triage', id()] })
    },
  )
}

export function useSay() {
  const queries = useQueryClient()
  const acts = useActs()

  async function say(ticket: Ticket, said: TriageSaid, guess: Partial<TicketTriage>, shown: Partial<Ticket> = {}) {
    const key = ['triage', ticket.id]
    await queries.cancelQueries({ queryKey: key })
    const before = queries.getQueryData<TicketTriage>(key)
    if (before) queries.setQueryData(key, { ...before, ...guess })
    const ok = await acts.run(ticket, shown, async () => {
      queries.setQueryData(key, await post<TicketTriage>(`/tickets/${ticket.id}/triage`, said))
      return undefined // the team may follow the category: the ticket is fetched
    })
    if (!ok && before) queries.setQueryData(key, before)
    return ok
  }
  const before = (ticket: Ticket) => queries.getQueryData<TicketTriage>(['triage', ticket.id])

  return {
    /* null: about nothing of ours */
    category: (ticket: Ticket, key: string | null, name: string | null, queue: string | null) =>
      say(
        ticket,
        { category: key },
        { category: key, category_name: name, queue, p: 0, because: [], is_corrected: true },
        { category: key },
      ),
    urgency: (ticket: Ticket, urgency: Urgency) => say(ticket, { urgency }, { urgency }, { urgency }),
    language: (ticket: Ticket, language: string) => say(ticket, { language }, { language, language_p: 0 }, { language }),
    fact: (ticket: Ticket, kind: string, value: string | null) => {
      const rest = (before(ticket)?.facts ?? []).filter((f) => f.kind !== kind)
      const fact: TriageFact = { kind, value: value ?? '', source: 'person', message_id: null, at: 0, n: 0 }
      return say(ticket, { facts: [{ kind, value }] }, { facts: value ? [...rest, fact] : rest })
    },
  }
}
