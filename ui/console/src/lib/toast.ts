// Short words at the edge of the screen, with one thing to do about it (Undo, Try again).
import { ref } from 'vue'
import { Failure } from '@/api/client'
import { i18n } from '@/i18n'

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'bad'
  act?: { label: string; run: () => void }
}

const SHOWN_FOR = 6_000 // [ms]
const UNDO_FOR = 10_000 // [ms]

export const toasts = ref<Toast[]>([])
let nextId = 1

export function toast(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> = {}) {
  const t: Toast = { id: nextId++, text, tone: 'plain', ...more }
  toasts.value = [...toasts.value.slice(-2), t]
  setTimeout(() => dismiss(t.id), more.act ? UNDO_FOR : SHOWN_FOR)
}

export function dismiss(id: number) {
  toasts.value = toasts.value.filter((t) => t.id !== id)
}

/* What went wrong, in words, for a failure of any kind. */
export function wordsFor(e: unknown): string {
  const t = i18n.global.t
  if (!(e instanceof Failure)) return t('error.bug')
  if (e.isOffline) return t('error.offline')
  if (e.status === 412 || e.status === 409) return t('error.changed')
  if (e.status === 429) return t('error.slow')
  if (e.status === 403) return t('error.denied')
  if (e.status === 404) return t('error.absent')
  if (e.status >= 500 && !e.problem?.detail) return t('error.server')
  return sentence(e.message)
}

/* The server's texts are lower case, without a full stop. */
const sentence = (s: string) => s.charAt(0).toUpperCase() + s.slice(1) + (/[.!?]$/.test(s) ? '' : '.')

export function toastFailure(e: unknown, retry?: () => void) {
  const act = retry ? { label: i18n.global.t('act.retry'), run: retry } : undefined
  toast(wordsFor(e), { tone: 'bad', act })
}
