// What a ticket is about, in names, and saying so: for the block, the strip and the properties.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Ticket } from '@/api/types'
import { aboutOf } from './about'
import { NOTHING, type TicketTriage, type TriageCategory, type TriageGuess } from './types'
import { useCategoryNames, useSay } from './useTriage'

export function useAbout(ticket: () => Ticket, triage: () => TicketTriage | undefined) {
  const { t } = useI18n()
  const say = useSay()
  const names = useCategoryNames()
  const about = computed(() => aboutOf(ticket(), triage(), names.isKnown))
  /* The category of now; undefined: nobody has said. */
  const now = computed(() => {
    if (about.value === 'said') return triage()?.is_corrected ? (triage()!.category ?? NOTHING) : (ticket().category ?? undefined)
    return about.value === 'routed' ? (triage()!.category ?? undefined) : undefined
  })
  const title = computed(() => (now.value === undefined ? '' : now.value === NOTHING ? t('triage.nothing') : names.nameOf(now.value)))
  const queue = computed(() => {
    const key = now.value === undefined || now.value === NOTHING ? null : names.queueOf(now.value)
    return key ? names.queueName(key) : ''
  })
  const guessName = (g: TriageGuess) => (g.category === NOTHING ? t('triage.nothing') : (g.name ?? names.nameOf(g.category)))
  const others = computed(() => (triage()?.top ?? []).filter((g) => g.category !== now.value))

  function pick(c: TriageCategory | null) {
    void say.category(ticket(), c?.key ?? null, c?.name ?? null, c?.queue ?? null)
  }
  function take(g: TriageGuess) {
    const key = g.category === NOTHING ? null : g.category
    void say.category(ticket(), key, key && guessName(g), key && names.queueOf(key))
  }
  return { about, now, title, queue, others, guessName, pick, take }
}
