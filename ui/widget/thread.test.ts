import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catchUpFrom, countUnread, merge, stillWaiting } from './thread'
import type { Message } from './types'

const m = (id: number, from: Message['from'] = 'agent', client_id: string | null = null, text = String(id)): Message => ({
  id, from, author_name: '', text, created_at: '2026-11-22T05:32:00.123Z', client_id, attachments: [],
})
const ids = (l: Message[]) => l.map((x) => x.id)

test('merge: in the order of ids, whatever the order of arrival', () => {
  assert.deepEqual(ids(merge([m(2), m(4)], [m(5), m(1), m(3)])), [1, 2, 3, 4, 5])
})

test('merge: the same message twice is one, the newer version wins', () => {
  const all = merge([m(1), m(2, 'agent', null, 'old')], [m(2, 'agent', null, 'new'), m(2, 'agent', null, 'newest')])
  assert.deepEqual(ids(all), [1, 2])
  assert.equal(all[1]!.text, 'newest')
})

test('merge: 10,000 shuffled repeats come out each once', () => {
  const want = Array.from({ length: 2000 }, (_, i) => i * 4096 + 1)
  let seed = 1
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
  let known: Message[] = []
  for (let i = 0; i < 10; i++)
    known = merge(known, [...want].sort(() => random() - 0.5).slice(0, i === 9 ? undefined : 1000).map((id) => m(id)))
  assert.deepEqual(ids(known), want)
})

test('outbox: what the server has is not waiting any more', () => {
  const waiting = [{ client_id: 'a' }, { client_id: 'b' }, { client_id: 'c' }]
  assert.deepEqual(stillWaiting(waiting, [m(1, 'customer', 'a'), m(2, 'customer', 'c'), m(3)]), [{ client_id: 'b' }])
})

test('catching up starts a minute before the newest id, and at nothing with nothing', () => {
  assert.equal(catchUpFrom([]), 0)
  assert.equal(catchUpFrom([m(5)]), 0)
  const now = 28_000_000_000 * 4096
  assert.equal(catchUpFrom([m(1), m(now)]), now - 60_000 * 4096)
})

test('unread counts answers after the read mark, not our own words or the system', () => {
  const all = [m(1), m(2, 'customer'), m(3), m(4, 'system'), m(5)]
  assert.equal(countUnread(all, 0), 3)
  assert.equal(countUnread(all, 3), 1)
  assert.equal(countUnread(all, 5), 0)
})
