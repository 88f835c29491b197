// The tickets of one queue: pages from the server, live changes taken in without moving rows.
import { computed, ref, shallowRef, watch } from 'vue'
import { get, list, Failure } from '@/api/client'
import type { LiveEvent, Ticket } from '@/api/types'
import { useLive } from '@/live/live'
import { BEGAN } from '@/live/stream'
import { before, belongs, isReady, queryOf, rowsKey, type Queue, type Sort } from '@/lib/queue'
import { addPage, emptyRows, leave, neighbour, takeIn, type Rows } from '@/lib/rows'
import { me } from '@/lib/session'

const PAGE = 50
const SETTLE = 250 // [ms] gather a burst of events into one look
const MANY = 12 // more changed tickets than this: fetch the first page instead of each

/* About a ticket, but no change of its row. */
const ASIDE = new Set(['presence.changed', 'typing.changed', 'contact.changed'])

/* Lists seen lately are shown at once while the server is asked again. */
const seen = new Map<string, { rows: Rows; after: string | null; hasMore: boolean }>()

export function useList(queue: () => Queue, sort: () => Sort) {
  const rows = shallowRef<Rows>(emptyRows())
  const error = ref<unknown>(null)
  const loading = ref(true)
  const loadingMore = ref(false)
  const hasMore = ref(false)
  const lastVisible = ref(-1)
  let after: string | null = null
  let asked = 0
  const key = () => rowsKey(queue(), sort())

  const place = () => ({
    belongs: (t: Ticket) => belongs(queue(), t, me.value?.id ?? 0),
    before: (a: Ticket, b: Ticket) => before(sort(), a, b),
    lastVisible: lastVisible.value,
    hasMore: hasMore.value,
  })
  const remember = () => seen.set(key(), { rows: rows.value, after, hasMore: hasMore.value })

  async function page(from: string | null) {
    return list<Ticket>('/tickets', { query: { ...queryOf(queue(), sort()), limit: PAGE, after: from } })
  }

  /* A new look at the queue, from its top. What is told while it is on its way may be newer than
   * what it brings: those tickets are looked at once more. */
  async function fresh() {
    const mine = ++asked
    if (!isReady(queue())) return
    error.value = null
    told.clear()
    looking++
    try {
      const got = await page(null)
      if (mine !== asked) return
      rows.value = addPage(emptyRows(), got.data)
      after = got.meta.after_cursor
      hasMore.value = got.meta.has_more
      remember()
    } catch (e) {
      if (mine === asked) error.value = e
    } finally {
      looking--
      if (mine === asked) {
        loading.value = false
        told.forEach(lookAt)
        if (begun) void refresh()
        begun = false
      }
    }
  }

  /* The first page again, taken in without moving a row. */
  async function refresh() {
    if (looking) return
    const mine = asked
    try {
      const { data } = await page(null)
      if (mine === asked) data.forEach(take)
    } catch {
      /* the list stays as it is; the line's banner says why */
    }
  }

  async function more() {
    if (!hasMore.value || loadingMore.value || loading.value) return
    const mine = asked
    loadingMore.value = true
    try {
      const got = await page(after)
      if (mine !== asked) return
      rows.value = addPage(rows.value, got.data)
      after = got.meta.after_cursor
      hasMore.value = got.meta.has_more
      remember()
    } catch (e) {
      error.value = e
    } finally {
      loadingMore.value = false
    }
  }

  function take(t: Ticket) {
    rows.value = takeIn(rows.value, t, place())
    remember()
  }
  /* After our own act: out of the list at once if it no longer belongs. */
  function settle(t: Ticket) {
    // What one brings back oneself is put in at once, wherever it belongs.
    if (belongs(queue(), t, me.value?.id ?? 0)) rows.value = takeIn(rows.value, t, { ...place(), lastVisible: -1 })
    else rows.value = leave(rows.value, t.id)
    remember()
  }
  /* The open ticket was read or fetched anew: its row, if it is there, says the same. */
  function touch(t: Ticket) {
    if (rows.value.shown.some((r) => r.id === t.id)) take(t)
  }

  const changed = new Set<number>() // to be looked at soon
  const told = new Set<number>() // told while fresh() was on its way
  let looking = 0
  let begun = false // the stream began meanwhile: what came just before it was not told
  function lookAt(id: number) {
    changed.add(id)
    timer ??= setTimeout(look, SETTLE)
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  async function look() {
    timer = undefined
    const ids = [...changed]
    changed.clear()
    const mine = asked
    try {
      const tickets =
        ids.length > MANY
          ? (await page(null)).data
          : (await Promise.all(ids.map(one))).filter((t): t is Ticket => !!t)
      if (mine === asked) for (const t of tickets) take(t)
    } catch {
      /* the next event or the reader's own refresh will show it */
    }
  }
  async function one(id: number): Promise<Ticket | null> {
    try {
      return await get<Ticket>(`/tickets/${id}`)
    } catch (e) {
      if (!(e instanceof Failure) || e.status !== 404) return null
      rows.value = leave(rows.value, id) // no longer ours to see
      return null
    }
  }
  function hear(e: LiveEvent) {
    if (e.kind === 'reset') return void fresh()
    if (e.kind === BEGAN) {
      if (looking) begun = true
      else void refresh()
      return
    }
    if (!e.ticket_id || ASIDE.has(e.kind)) return
    if (e.kind === 'ticket.seen' && e.actor_id !== me.value?.id) return // unread is each one's own
    if (looking) told.add(e.ticket_id)
    lookAt(e.ticket_id)
  }
  useLive(() => ['list'], hear)

  watch(
    key,
    () => {
      const known = seen.get(key())
      rows.value = known?.rows ?? emptyRows()
      after = known?.after ?? null
      hasMore.value = known?.hasMore ?? false
      loading.value = !known
      void fresh()
    },
    { immediate: true },
  )

  return {
    shown: computed(() => rows.value.shown),
    gone: computed(() => rows.value.gone),
    heldCount: computed(() => rows.value.held.size),
    error,
    loading,
    loadingMore,
    hasMore,
    lastVisible,
    fresh,
    more,
    touch,
    settle,
    neighbour: (id: number | null, step: 1 | -1) => neighbour(rows.value, id, step),
  }
}

export type TicketList = ReturnType<typeof useList>
