// Who else looks at this ticket or answers it, and whether the customer is writing. Each says so
// again every 20 s; whoever falls silent is forgotten.
import { onScopeDispose, ref, watch } from 'vue'
import { whole } from '@/api/client'
import type { LiveEvent, Viewer } from '@/api/types'
import { FORGET_AFTER, takeViewer, type Seen } from '@/lib/viewers'
import { me } from '@/lib/session'

const TYPING_FOR = 8_000 // [ms]

export function useViewers(id: () => number | null) {
  const viewers = ref<Seen[]>([])
  const isTyping = ref(false)
  let typing: ReturnType<typeof setTimeout> | undefined

  watch(
    id,
    async (ticket) => {
      viewers.value = []
      isTyping.value = false
      if (!ticket) return
      const now = await whole<Viewer>(`/tickets/${ticket}/presence`).catch(() => [])
      if (ticket !== id()) return
      for (const v of now ?? []) if (v.id !== me.value?.id) viewers.value = takeViewer(viewers.value, v, Date.now())
    },
    { immediate: true },
  )
  const sweep = setInterval(() => {
    const left = viewers.value.filter((v) => Date.now() - v.at < FORGET_AFTER)
    if (left.length !== viewers.value.length) viewers.value = left
  }, 5_000)
  onScopeDispose(() => {
    clearInterval(sweep)
    clearTimeout(typing)
  })

  return {
    viewers,
    isTyping,
    hearViewer(e: LiveEvent) {
      const v = e.data as Viewer | undefined
      if (v && v.id !== me.value?.id) viewers.value = takeViewer(viewers.value, v, Date.now())
    },
    hearTyping(e: LiveEvent) {
      clearTimeout(typing)
      isTyping.value = !!(e.data as { on?: boolean } | undefined)?.on
      if (isTyping.value) typing = setTimeout(() => (isTyping.value = false), TYPING_FOR)
    },
  }
}
