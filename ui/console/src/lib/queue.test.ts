import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Count, Ticket } from '@/api/types'
import { belongs, bucketOf, countOf, mergeCounts, queryOf, countAbout, isReady, rowsKey } from './queue'

const t = (more: Partial<Ticket>): Ticket =>
  ({ id: 1, status_category: 'open', is_spam: false, is_deleted: false, tags: [], ...more }) as Ticket
const ME = 7

test('the overlay decides the bucket: deleted, spam, snoozed, then the status', () => {
  assert.equal(bucketOf(t({ is_deleted: true, is_spam: true })), 'deleted')
  assert.equal(bucketOf(t({ is_spam: true, snoozed_until: 'x' })), 'spam')
  assert.equal(bucketOf(t({ snoozed_until: 'x' })), 'snoozed')
  assert.equal(bucketOf(t({ status_category: 'hold' })), 'hold')
})

test('who belongs where', () => {
  assert.ok(belongs({ name: 'mine' }, t({ assignee_id: ME }), ME))
  assert.ok(!belongs({ name: 'mine' }, t({ assignee_id: 8 }), ME))
  assert.ok(belongs({ name: 'unassigned' }, t({ assignee_id: null }), ME))
  assert.ok(!belongs({ name: 'unassigned' }, t({ status_category: 'pending' }), ME))
  assert.ok(belongs({ name: 'team', of: '3' }, t({ team_id: 3 }), ME))
  assert.ok(belongs({ name: 'tag', of: 'billing' }, t({ tags: ['billing'] }), ME))
  assert.ok(!belongs({ name: 'all' }, t({ snoozed_until: 'x' }), ME))
})

test('the query says what belongs() says', () => {
  assert.deepEqual(queryOf({ name: 'mine' }, 'waiting'), {
    status: 'new,open,pending,hold',
    sort: 'waiting',
    assignee: 'me',
  })
})

const count = (bucket: Count['bucket'], of: Count['of'], id: number | null, n: number): Count => ({ bucket, of, id, n })

test('a queue shows its own sum', () => {
  const counts = [
    count('new', 'all', null, 2),
    count('open', 'all', null, 3),
    count('new', 'assignee', null, 2),
    count('open', 'assignee', ME, 3),
    count('open', 'team', 4, 3),
    count('solved', 'assignee', ME, 9),
  ]
  assert.equal(countOf({ name: 'mine' }, counts, ME), 3)
  assert.equal(countOf({ name: 'unassigned' }, counts, ME), 2)
  assert.equal(countOf({ name: 'all' }, counts, ME), 5)
  assert.equal(countOf({ name: 'team', of: '4' }, counts, ME), 3)
  assert.equal(countOf({ name: 'inbox', of: '4' }, counts, ME), 0)
  assert.equal(countOf({ name: 'tag', of: 'x' }, counts, ME), null)
})

test('changed sums replace theirs; null and 0 are both nobody', () => {
  const merged = mergeCounts(
    [count('new', 'assignee', null, 2), count('open', 'assignee', ME, 3)],
    [count('new', 'assignee', 0, 5), count('open', 'assignee', ME, 0)],
  )
  assert.deepEqual(merged.map((c) => [c.bucket, c.n]), [['new', 5]])
})

test('a topic is its categories; a filter holds in every queue', () => {
  const topic = { name: 'topic' as const, of: 'billing', keys: ['refunds', 'payments'] }
  assert.equal(queryOf(topic, 'newest').category, 'refunds,payments')
  assert.equal(queryOf({ ...topic, about: 'refunds' }, 'newest').category, 'refunds')
  assert.equal(queryOf({ name: 'mine', about: 'plans' }, 'newest').category, 'plans')
  assert.equal(queryOf({ name: 'mine' }, 'newest').category, undefined)
  const paid = t({ category: 'payments' })
  assert.equal(belongs(topic, paid, ME), true)
  assert.equal(belongs({ ...topic, about: 'refunds' }, paid, ME), false)
  assert.equal(belongs({ name: 'all', about: 'payments' }, paid, ME), true)
  assert.equal(belongs(topic, t({ category: null }), ME), false)
  assert.equal(isReady({ name: 'topic', of: 'billing' }), false)
  assert.notEqual(rowsKey({ name: 'all' }, 'newest'), rowsKey({ name: 'all', about: 'plans' }, 'newest'))
})

test('tickets of categories are counted where they are not solved', () => {
  const counts = [
    { bucket: 'new' as const, category: 'refunds', n: 2 },
    { bucket: 'pending' as const, category: 'payments', n: 3 },
    { bucket: 'solved' as const, category: 'refunds', n: 50 },
    { bucket: 'open' as const, category: 'lyrics', n: 9 },
  ]
  assert.equal(countAbout(['refunds', 'payments'], counts), 5)
  assert.equal(countAbout(['refunds'], undefined), null)
})
