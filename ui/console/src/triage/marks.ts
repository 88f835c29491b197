// Which words of a message are marked now, because somebody looks at why triage said so.
import { computed, nextTick, shallowRef } from 'vue'
import { spanOf, type Place, type Span } from './words'

const shown = shallowRef<{ places: Place[]; messageId: number | null } | null>(null)

/* Of one message, or (null) of each of the customer's that holds the words. */
export const mark = (places: Place[], messageId: number | null) => (shown.value = { places, messageId })
export const unmark = () => (shown.value = null)

export const useMarks = (messageId: () => number, text: () => string) =>
  computed<Span[]>(() => {
    const now = shown.value
    if (!now || (now.messageId !== null && now.messageId !== messageId())) return []
    return now.places.map((p) => spanOf(text(), p)).filter((s) => s !== null)
  })

/* Brings the marked words into view. */
export async function showMark() {
  await nextTick()
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  document.querySelector('[data-mark]')?.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' })
}
