// The two drafts of a ticket (reply, note), kept on the server: saved 2 s after the last key, on
// leaving the field, the ticket and the page; so they survive a reload and another machine.
import { onScopeDispose, reactive, ref, watch } from 'vue'
import { get, put } from '@/api/client'
import type { Draft, DraftKind } from '@/api/types'
import { unsaved } from '@/lib/unsaved'

const SAVE_AFTER = 1_500 // [ms]

export function useDraft(ticketId: () => number) {
  const text = reactive<Record<DraftKind, string>>({ reply: '', note: '' })
  const saved = reactive<Record<DraftKind, string>>({ reply: '', note: '' })
  const state = ref<'' | 'saving' | 'saved' | 'unsaved'>('')
  const timers: Partial<Record<DraftKind, ReturnType<typeof setTimeout>>> = {}
  let loaded = 0
  const nameOf = (ticket: number, kind: DraftKind) => `${ticket}/${kind}`

  async function save(kind: DraftKind, ticket = ticketId(), keepalive = false) {
    clearTimeout(timers[kind])
    const now = text[kind]
    if (loaded !== ticket || now === saved[kind]) return
    const before = saved[kind]
    saved[kind] = now
    unsaved.set(nameOf(ticket, kind), now)
    state.value = 'saving'
    try {
      await put(`/tickets/${ticket}/drafts/${kind}`, { text: now }, { keepalive })
      unsaved.done(nameOf(ticket, kind), now)
      if (loaded === ticket) state.value = now ? 'saved' : ''
    } catch {
      if (loaded !== ticket) return
      saved[kind] = before
      state.value = 'unsaved'
    }
  }
  const saveAll = (ticket = ticketId(), keepalive = false) => {
    void save('reply', ticket, keepalive)
    void save('note', ticket, keepalive)
  }

  async function load(ticket: number) {
    loaded = 0
    text.reply = text.note = saved.reply = saved.note = ''
    state.value = ''
    const drafts = await get<Draft[]>(`/tickets/${ticket}/drafts`).catch(() => [] as Draft[])
    if (ticket !== ticketId()) return
    for (const d of drafts ?? []) saved[d.kind] = d.text
    loaded = ticket
    for (const kind of ['reply', 'note'] as const) {
      // Typed while it loaded, or not yet known to be saved: that wins.
      const newest = text[kind] || (unsaved.get(nameOf(ticket, kind)) ?? saved[kind])
      text[kind] = newest
      if (newest) state.value = 'saved'
      if (newest !== saved[kind]) void save(kind)
    }
  }

  watch(
    ticketId,
    (now, was) => {
      if (was) saveAll(was)
      void load(now)
    },
    { immediate: true },
  )
  for (const kind of ['reply', 'note'] as const)
    watch(
      () => text[kind],
      (now) => {
        clearTimeout(timers[kind])
        if (now !== saved[kind]) timers[kind] = setTimeout(() => void save(kind), SAVE_AFTER)
      },
    )

  const onHide = () => saveAll(ticketId(), true)
  addEventListener('pagehide', onHide)
  onScopeDispose(() => {
    removeEventListener('pagehide', onHide)
    saveAll()
  })

  return {
    text,
    state,
    save,
    /* It was sent: the draft is done with, here and there. */
    clear(kind: DraftKind) {
      text[kind] = ''
      void save(kind)
    },
  }
}
