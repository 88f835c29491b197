import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ticket } from '@/api/types'
import { before } from './queue'
import { addPage, emptyRows, leave, neighbour, takeIn, type Place, type Rows } from './rows'

const ticket = (id: number, waits: number | null = id): Ticket =>
  ({ id, waiting_since: waits === null ? null : new Date(waits * 1000).toISOString() }) as Ticket
const ids = (r: Rows) => r.shown.map((t) => t.id)
const newest = (lastVisible: number, hasMore = false): Place => ({
  belongs: () => true,
  before: (a, b) => before('newest', a, b),
  lastVisible,
  hasMore,
})
const list = (...n: number[]) => addPage(emptyRows(), n.map((id) => ticket(id)))

test('a new ticket above what is seen is held back', () => {
  const r = takeIn(list(5, 4, 3), ticket(6), newest(2))
  assert.deepEqual(ids(r), [5, 4, 3])
  assert.deepEqual([...r.held], [6])
})

test('into an empty list it goes at once', () => {
  assert.deepEqual(ids(takeIn(emptyRows(), ticket(6), newest(-1))), [6])
})

test('one that waits shortest is put below, without moving a row', () => {
  const waiting: Place = { ...newest(1), before: (a, b) => before('waiting', a, b) }
  assert.deepEqual(ids(takeIn(list(1, 2), ticket(9), waiting)), [1, 2, 9])
})

test('below the last loaded row it is left to the next page', () => {
  const waiting: Place = { ...newest(1, true), before: (a, b) => before('waiting', a, b) }
  const r = takeIn(list(1, 2), ticket(9), waiting)
  assert.deepEqual(ids(r), [1, 2])
  assert.equal(r.held.size, 0)
})

test('a ticket that nobody waits for is last', () => {
  const waiting: Place = { ...newest(-1), before: (a, b) => before('waiting', a, b) }
  assert.deepEqual(ids(takeIn(list(1, 2), ticket(0, null), waiting)), [1, 2, 0])
})

test('a changed ticket changes in its place, even if it would now sort elsewhere', () => {
  const r = takeIn(list(5, 4, 3), { ...ticket(4), subject: 'new' } as Ticket, newest(2))
  assert.deepEqual(ids(r), [5, 4, 3])
  assert.equal(r.shown[1]!.subject, 'new')
})

test('one that left the queue stays, dimmed, and comes back undimmed', () => {
  const left = takeIn(list(5, 4), ticket(4), { ...newest(1), belongs: () => false })
  assert.deepEqual(ids(left), [5, 4])
  assert.deepEqual([...left.gone], [4])
  assert.equal(takeIn(left, ticket(4), newest(1)).gone.size, 0)
})

test('a held ticket that leaves the queue is no longer announced', () => {
  const held = takeIn(list(5), ticket(6), newest(0))
  assert.equal(takeIn(held, ticket(6), { ...newest(0), belongs: () => false }).held.size, 0)
})

test('our own act takes the row away', () => {
  assert.deepEqual(ids(leave(list(5, 4, 3), 4)), [5, 3])
})

test('a page brings no doubles', () => {
  assert.deepEqual(ids(addPage(list(5, 4), [ticket(4), ticket(3)])), [5, 4, 3])
})

test('neighbours: next, previous, none past the end, the first from outside', () => {
  const r = list(5, 4, 3)
  assert.equal(neighbour(r, 4, 1)?.id, 3)
  assert.equal(neighbour(r, 4, -1)?.id, 5)
  assert.equal(neighbour(r, 3, 1), null)
  assert.equal(neighbour(r, 99, 1)?.id, 5)
})
