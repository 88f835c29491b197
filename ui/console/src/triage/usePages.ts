// Who is called for P1 now, and taking it.
import { computed } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { list, post } from '@/api/client'
import { gravest } from './alarm'
import { useLive } from '@/live/live'
import { BEGAN } from '@/live/stream'
import type { P1Page } from './types'

const ASK_EVERY = 60_000 // [ms] an alarm may not hang on one event

export function usePages() {
  const pages = useQuery({
    queryKey: ['pages'],
    queryFn: async () => (await list<P1Page>('/pages', { query: { limit: 50 } })).data,
    refetchInterval: ASK_EVERY,
    staleTime: 0,
  })
  return { pages, open: computed(() => [...(pages.data.value ?? [])].filter((p) => !p.ended).sort(gravest)) }
}

/* Once in the console. */
export function usePageNews() {
  const queries = useQueryClient()
  useLive(
    () => ['list'],
    (e) => {
      if (e.kind === 'page.changed' || e.kind === 'reset' || e.kind === BEGAN) void queries.invalidateQueries({ queryKey: ['pages'] })
      if (e.kind === 'page.changed' && !e.ticket_id) void queries.invalidateQueries({ queryKey: ['triage-state'] })
    },
  )
}

export function useTake() {
  const queries = useQueryClient()
  return async (page: P1Page) => {
    const was = queries.getQueryData<P1Page[]>(['pages'])
    queries.setQueryData<P1Page[]>(['pages'], (old) => old?.map((p) => (p.id === page.id ? { ...p, ended: 'acked' as const } : p)))
    try {
      await post(`/pages/${page.id}/ack`)
    } catch (e) {
      queries.setQueryData(['pages'], was)
      throw e
    } finally {
      void queries.invalidateQueries({ queryKey: ['pages'] })
    }
  }
}
