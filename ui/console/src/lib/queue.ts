// What is a queue? A name for a set of tickets: how to ask the server for it, and whether a
// given ticket belongs to it (for live changes, without asking again). Pure.
import type { Bucket, CategoryCount, Count, Ticket } from '@/api/types'

export type QueueName =
  | 'mine'
  | 'unassigned'
  | 'waiting'
  | 'all'
  | 'snoozed'
  | 'solved'
  | 'spam'
  | 'deleted'
  | 'team'
  | 'inbox'
  | 'tag'
  | 'topic'
export type Sort = 'waiting' | 'newest'

export interface Queue {
  name: QueueName
  of?: string // team id, inbox id, the tag's name or a queue of the taxonomy
  keys?: string[] // of a topic: its categories, once they are known
  about?: string // only those of this category
}

export const QUEUE_NAMES: QueueName[] = [
  'mine',
  'unassigned',
  'waiting',
  'all',
  'snoozed',
  'solved',
  'spam',
  'deleted',
  'team',
  'inbox',
  'tag',
  'topic',
]

const WAITING: Bucket[] = ['new', 'open']
const UNSOLVED: Bucket[] = ['new', 'open', 'pending', 'hold']

export function bucketsOf(q: Queue): Bucket[] {
  switch (q.name) {
    case 'unassigned':
    case 'waiting':
      return WAITING
    case 'snoozed':
      return ['snoozed']
    case 'solved':
      return ['solved', 'closed']
    case 'spam':
      return ['spam']
    case 'deleted':
      return ['deleted']
    case 'mine':
    case 'all':
    case 'team':
    case 'inbox':
    case 'tag':
    case 'topic':
      return UNSOLVED
  }
}

export function bucketOf(t: Ticket): Bucket {
  if (t.is_deleted) return 'deleted'
  if (t.is_spam) return 'spam'
  if (t.snoozed_until) return 'snoozed'
  return t.status_category
}

export const defaultSort = (q: Queue): Sort =>
  ['snoozed', 'solved', 'spam', 'deleted', 'all'].includes(q.name) ? 'newest' : 'waiting'

const MOST_CATEGORIES = 24 // the server takes no more at once

/* The parameters of GET /tickets. */
export function queryOf(q: Queue, sort: Sort): Record<string, string> {
  const query: Record<string, string> = { status: bucketsOf(q).join(','), sort }
  if (q.name === 'mine') query.assignee = 'me'
  if (q.name === 'unassigned') query.assignee = 'none'
  if (q.name === 'team') query.team = q.of ?? ''
  if (q.name === 'inbox') query.inbox = q.of ?? ''
  if (q.name === 'tag') query.tag = q.of ?? ''
  const about = q.about ? [q.about] : q.name === 'topic' ? (q.keys ?? []) : []
  if (about.length) query.category = about.slice(0, MOST_CATEGORIES).join(',')
  return query
}

export function belongs(q: Queue, t: Ticket, meId: number): boolean {
  if (!bucketsOf(q).includes(bucketOf(t))) return false
  if (q.about && t.category !== q.about) return false
  if (q.name === 'mine') return t.assignee_id === meId
  if (q.name === 'unassigned') return !t.assignee_id
  if (q.name === 'team') return t.team_id === Number(q.of)
  if (q.name === 'inbox') return t.inbox_id === Number(q.of)
  if (q.name === 'tag') return t.tags.includes(q.of ?? '')
  if (q.name === 'topic') return !!t.category && !!q.keys?.includes(t.category)
  return true
}

/* How many tickets the queue holds by the counters; null: not counted (tags). */
export function countOf(q: Queue, counts: Count[], meId: number): number | null {
  const [of, id] = sumOf(q, meId)
  if (!of) return null
  const buckets = bucketsOf(q)
  let n = 0
  for (const c of counts) if (c.of === of && (c.id ?? null) === id && buckets.includes(c.bucket)) n += c.n
  return n
}

/* The same of categories; `null` while they are not known. */
export function countAbout(keys: string[], counts: CategoryCount[] | undefined): number | null {
  if (!counts) return null
  let n = 0
  for (const c of counts) if (keys.includes(c.category) && UNSOLVED.includes(c.bucket)) n += c.n
  return n
}

/* Which of the sums a queue shows. */
function sumOf(q: Queue, meId: number): [Count['of'] | null, number | null] {
  switch (q.name) {
    case 'tag':
    case 'topic':
      return [null, null]
    case 'mine':
      return ['assignee', meId]
    case 'unassigned':
      return ['assignee', null]
    case 'team':
    case 'inbox':
      return [q.name, Number(q.of)]
    case 'waiting':
    case 'all':
    case 'snoozed':
    case 'solved':
    case 'spam':
    case 'deleted':
      return ['all', null]
  }
}

/* counts.changed carries only the sums that changed. */
export function mergeCounts(counts: Count[], changed: Count[]): Count[] {
  const key = (c: Count) => `${c.bucket}/${c.of}/${c.id ?? 0}`
  const merged = new Map(counts.map((c) => [key(c), c]))
  for (const c of changed) merged.set(key(c), c)
  return [...merged.values()].filter((c) => c.n !== 0)
}

/* What the filter of list `sort` orders by: the first comes first. */
export function before(sort: Sort, a: Ticket, b: Ticket): number {
  if (sort === 'newest') return b.id - a.id
  const wait = (t: Ticket) => (t.waiting_since ? Date.parse(t.waiting_since) : Infinity)
  const [wa, wb] = [wait(a), wait(b)]
  if (wa !== wb) return wa < wb ? -1 : 1
  return a.id - b.id
}

export const samePlace = (a: Queue, b: Queue) => a.name === b.name && (a.of ?? '') === (b.of ?? '')
/* Is there enough known of it to ask for its tickets? */
export const isReady = (q: Queue) => q.name !== 'topic' || !!q.about || !!q.keys
/* Where its rows are kept: filters make other rows. */
export const rowsKey = (q: Queue, sort: Sort) => [queueKey(q), q.about ?? '', (q.keys ?? []).join('+'), sort].join(' ')
export const queueKey = (q: Queue) => (q.of ? `${q.name}/${q.of}` : q.name)
