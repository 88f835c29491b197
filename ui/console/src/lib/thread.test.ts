import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '@/api/types'
import { mergeMessage } from './messages'
import { bytesOf, snoozeChoices, spanOf } from './time'
import { FORGET_AFTER, takeViewer } from './viewers'

const m = (id: number, text = '') => ({ id, text }) as Message
const ids = (list: Message[]) => list.map((x) => x.id)

test('a message is put by its id, once, and changes in place', () => {
  assert.deepEqual(ids(mergeMessage([m(1), m(3)], m(2))), [1, 2, 3])
  assert.deepEqual(ids(mergeMessage([m(1)], m(2))), [1, 2])
  const changed = mergeMessage([m(1), m(2)], m(2, 'sent'))
  assert.deepEqual(ids(changed), [1, 2])
  assert.equal(changed[1]!.text, 'sent')
})

test('viewers: the last word counts, who goes or falls silent is forgotten', () => {
  const ana = { id: 1, name: 'Ana' }
  const bo = { id: 2, name: 'Bo' }
  let list = takeViewer([], { ...bo, state: 'viewing' }, 0)
  list = takeViewer(list, { ...ana, state: 'viewing' }, 10)
  list = takeViewer(list, { ...bo, state: 'replying' }, 20)
  assert.deepEqual(list.map((v) => [v.id, v.state]), [[1, 'viewing'], [2, 'replying']])
  assert.deepEqual(takeViewer(list, { ...bo, state: 'gone' }, 30).map((v) => v.id), [1])
  assert.deepEqual(takeViewer(list, { ...bo, state: 'viewing' }, 15 + FORGET_AFTER).map((v) => v.id), [2])
})

test('snooze: an hour, three, tomorrow at 9, next Monday at 9', () => {
  const sunday = new Date(2026, 10, 22, 15, 30)
  const [h1, h3, tomorrow, week] = snoozeChoices(sunday).map((c) => c.until)
  assert.equal(h1!.getHours(), 16)
  assert.equal(h3!.getHours(), 18)
  assert.deepEqual([tomorrow!.getDate(), tomorrow!.getHours()], [23, 9])
  assert.deepEqual([week!.getDay(), week!.getDate(), week!.getHours()], [1, 23, 9])
  const monday = snoozeChoices(new Date(2026, 10, 23, 8, 0)).at(-1)!.until
  assert.equal(monday.getDate(), 30, 'on a Monday it is the next one')
})

test('spans and sizes', () => {
  assert.deepEqual(spanOf(59_000), { n: 0, unit: 'now' })
  assert.deepEqual(spanOf(3_600_000), { n: 1, unit: 'h' })
  assert.equal(spanOf(8 * 86_400_000).unit, 'date')
  assert.deepEqual([bytesOf(999), bytesOf(1500), bytesOf(2_400_000)], ['999 B', '2 kB', '2.4 MB'])
})
