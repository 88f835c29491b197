// What several panes ask the server for, each once: agents, teams, inboxes, statuses, tags, counts.
import { computed, watch } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { get, list, whole } from '@/api/client'
import type { Agent, CategoryCount, Contact, Count, Inbox, Status, Tag, Team, Ticket } from '@/api/types'
import { liveState, useLive } from '@/live/live'
import { mergeCounts } from '@/lib/queue'
import { taxonomyChanged } from '@/triage/useTriage'

export const useAgents = () => useQuery({ queryKey: ['agents'], queryFn: () => whole<Agent>('/agents') })
export const useTeams = () => useQuery({ queryKey: ['teams'], queryFn: () => whole<Team>('/teams') })
export const useInboxes = () => useQuery({ queryKey: ['inboxes'], queryFn: () => whole<Inbox>('/inboxes') })
export const useStatuses = () => useQuery({ queryKey: ['statuses'], queryFn: () => whole<Status>('/statuses') })
export const useTags = () => useQuery({ queryKey: ['tags'], queryFn: () => whole<Tag>('/tags') })

export const useContact = (id: () => number | undefined) =>
  useQuery({
    queryKey: computed(() => ['contact', id()]),
    queryFn: () => get<Contact>(`/contacts/${id()}`),
    enabled: computed(() => !!id()),
  })

export const useContactTickets = (id: () => number | undefined) =>
  useQuery({
    queryKey: computed(() => ['contact-tickets', id()]),
    queryFn: async () => (await list<Ticket>('/tickets', { query: { contact: id(), limit: 25 } })).data,
    enabled: computed(() => !!id()),
  })

/* The counters, kept fresh by events that carry only what changed. */
export function useCounts() {
  const queries = useQueryClient()
  const counts = useQuery({ queryKey: ['counts'], queryFn: () => get<Count[]>('/counts'), staleTime: Infinity })
  useLive(
    () => ['counts'],
    (e) => {
      if (e.kind === 'counts.stale') return void counts.refetch()
      if (e.kind !== 'counts.changed' || !e.data) return
      if (counts.isFetching.value) return void counts.refetch() // what is on its way may be older
      const rows = (Array.isArray(e.data) ? e.data : [e.data]) as Count[]
      queries.setQueryData<Count[]>(['counts'], (old) => mergeCounts(old ?? [], rows))
    },
  )
  // Counts are not replayed: after a broken line they are read anew.
  watch(liveState, (now) => now === 'live' && void counts.refetch())
  return counts
}

const RECOUNT = 1_000 // [ms] at most so often

/* Of categories only the whole is told: read again a moment after something was counted. */
export function useCategoryCounts() {
  const counts = useQuery({ queryKey: ['category-counts'], queryFn: () => whole<CategoryCount>('/counts/categories'), staleTime: Infinity })
  let timer: ReturnType<typeof setTimeout> | undefined
  const recount = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      void counts.refetch()
    }, RECOUNT)
  }
  useLive(
    () => ['counts', 'list'],
    (e) => {
      if (e.kind === 'counts.changed' || e.kind === 'counts.stale' || e.kind === 'ticket.changed' || e.kind === 'reset') recount()
    },
  )
  watch(liveState, (now) => now === 'live' && recount())
  return counts
}

/* Slow-changing things: an event says they changed, a fetch says how. */
export function useDeskEvents() {
  const queries = useQueryClient()
  const stale = (key: string) => void queries.invalidateQueries({ queryKey: [key] })
  useLive(
    () => ['counts', 'list'],
    (e) => {
      if (e.kind === 'reset') void queries.invalidateQueries()
      else if (e.kind === 'agent.changed') (stale('agents'), stale('teams'))
      else if (e.kind === 'inbox.changed') stale('inboxes')
      else if (e.kind === 'quarantine.changed') stale('quarantine')
      else if (e.kind === 'triage.changed' && (e.data as { what?: string } | undefined)?.what === 'taxonomy') taxonomyChanged(queries, true)
      else if (e.kind === 'contact.changed' && e.contact_id) {
        void queries.invalidateQueries({ queryKey: ['contact', e.contact_id] })
      } else if (e.kind === 'ticket.created') stale('contact-tickets')
    },
  )
}
