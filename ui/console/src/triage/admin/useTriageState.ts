// What reads the messages now, whether it learns, and what was measured: kept fresh by its events.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { get, whole } from '@/api/client'
import { useLive } from '@/live/live'
import { BEGAN } from '@/live/stream'
import type { InboxPromise, OnCall, TriageConfusion, TriageFigure, TriageModel, TriageState } from '../types'

const SETTLE = 1500 // [ms] verdicts come in bursts

export const useTriageState = () => useQuery({ queryKey: ['triage-state'], queryFn: () => get<TriageState>('/triage') })
export const usePromises = () => useQuery({ queryKey: ['promises'], queryFn: () => whole<InboxPromise>('/triage/promises') })
export const useOnCall = () => useQuery({ queryKey: ['on-call'], queryFn: () => get<OnCall>('/on-call') })
export const useModels = () => useQuery({ queryKey: ['models'], queryFn: () => whole<TriageModel>('/triage/models') })
export const useFigures = () => useQuery({ queryKey: ['figures'], queryFn: () => whole<TriageFigure>('/triage/figures') })
export const useConfusion = () => useQuery({ queryKey: ['confusion'], queryFn: () => whole<TriageConfusion>('/triage/confusion') })

/* Once on the page of triage. */
export function useTriageNews() {
  const queries = useQueryClient()
  const stale = (...keys: string[]) => keys.forEach((k) => void queries.invalidateQueries({ queryKey: [k] }))
  let timer: ReturnType<typeof setTimeout> | undefined
  useLive(
    () => ['list'],
    (e) => {
      if (e.kind === BEGAN) return stale('triage-state', 'promises', 'models')
      if (e.kind === 'page.changed' && !e.ticket_id) return stale('triage-state', 'on-call')
      if (e.kind !== 'triage.changed') return
      const said = (e.data ?? {}) as { what?: string; done?: number; step?: string }
      if (said.what === 'training' && said.step !== 'done' && said.step !== 'failed') {
        queries.setQueryData<TriageState>(['triage-state'], (old) => old && { ...old, state: 'training', done: said.done ?? old.done, step: said.step ?? old.step })
      } else if (said.what === 'verdict') {
        timer ??= setTimeout(() => {
          timer = undefined
          stale('triage-state', 'promises', 'figures', 'confusion')
        }, SETTLE)
      } else stale('triage-state', 'models', 'doubtful', 'examples')
    },
  )
}
