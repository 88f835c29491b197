import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Count, Ticket } from '@/api/types'
import { belongs, bucketOf, countOf, mergeCounts, queryOf } from './queue'

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

const count = (bucket: Count['bucket'], n: number, assignee_id: number | null, team_id = 0): Count => ({
  bucket,
  n,
  assignee_id,
  team_id,
  inbox_id: 1,
})

test('counts add up, by queue', () => {
  const counts = [count('new', 2, null), count('open', 3, ME, 4), count('solved', 9, ME)]
  assert.equal(countOf({ name: 'mine' }, counts, ME), 3)
  assert.equal(countOf({ name: 'unassigned' }, counts, ME), 2)
  assert.equal(countOf({ name: 'all' }, counts, ME), 5)
  assert.equal(countOf({ name: 'team', of: '4' }, counts, ME), 3)
  assert.equal(countOf({ name: 'tag', of: 'x' }, counts, ME), null)
})

test('changed rows replace theirs; null and 0 are both nobody', () => {
  const merged = mergeCounts([count('new', 2, null), count('open', 3, ME)], [count('new', 5, 0), count('open', 0, ME)])
  assert.deepEqual(merged.map((c) => [c.bucket, c.n]), [['new', 5]])
})
