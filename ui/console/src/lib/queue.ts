// What is a queue? A name for a set of tickets: how to ask the server for it, and whether a
// given ticket belongs to it (for live changes, without asking again). Pure.
import type { Bucket, Count, Ticket } from '@/api/types'

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
export type Sort = 'waiting' | 'newest'

export interface Queue {
  name: QueueName
  of?: string // team id, inbox id or the tag's name
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

/* The parameters of GET /tickets. */
export function queryOf(q: Queue, sort: Sort): Record<string, string> {
  const query: Record<string, string> = { status: bucketsOf(q).join(','), sort }
  if (q.name === 'mine') query.assignee = 'me'
  if (q.name === 'unassigned') query.assignee = 'none'
  if (q.name === 'team') query.team = q.of ?? ''
  if (q.name === 'inbox') query.inbox = q.of ?? ''
  if (q.name === 'tag') query.tag = q.of ?? ''
  return query
}

export function belongs(q: Queue, t: Ticket, meId: number): boolean {
  if (!bucketsOf(q).includes(bucketOf(t))) return false
  if (q.name === 'mine') return t.assignee_id === meId
  if (q.name === 'unassigned') return !t.assignee_id
  if (q.name === 'team') return t.team_id === Number(q.of)
  if (q.name === 'inbox') return t.inbox_id === Number(q.of)
  if (q.name === 'tag') return t.tags.includes(q.of ?? '')
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

/* Which of the sums a queue shows. */
function sumOf(q: Queue, meId: number): [Count['of'] | null, number | null] {
  switch (q.name) {
    case 'tag':
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
export const queueKey = (q: Queue) => (q.of ? `${q.name}/${q.of}` : q.name)
