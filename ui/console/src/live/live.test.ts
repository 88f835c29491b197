import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sseParser, type Frame } from './sse'
import { SILENT_AFTER, sweep, TOPICS_MAX, unionOf } from './union'

const read = (...chunks: string[]) => {
  const got: Frame[] = []
  const feed = sseParser((f) => got.push(f))
  chunks.forEach(feed)
  return got
}

test('a frame, whole', () => {
  assert.deepEqual(read('id: 7\nevent: ticket.changed\ndata: {"a":1}\n\n'), [
    { id: '7', event: 'ticket.changed', data: '{"a":1}' },
  ])
})
test('cut anywhere it reads the same', () => {
  const text = ': hi\r\nid: 7\r\nevent: e\r\ndata: one\r\ndata: two\r\n\r\ndata: x\n\n'
  const whole = read(text)
  for (let i = 1; i < text.length; i++) assert.deepEqual(read(text.slice(0, i), text.slice(i)), whole)
  assert.equal(whole[0]!.data, 'one\ntwo')
  assert.equal(whole[1]!.id, '7', 'the last id holds on')
})
test('a frame without its empty line is not told', () => {
  assert.deepEqual(read('data: half\n'), [])
})

test('the union of what tabs show, each topic once', () => {
  const tabs = [
    { topics: ['counts', 'list', 'ticket:1'], heardAt: 1 },
    { topics: ['counts', 'list', 'ticket:2'], heardAt: 2 },
  ]
  assert.deepEqual(unionOf(tabs), ['counts', 'list', 'ticket:1', 'ticket:2'])
})
test('too many tickets: counts, list and the tickets last shown stay', () => {
  const tabs = Array.from({ length: 30 }, (_, i) => ({
    topics: ['counts', 'list', `ticket:${i}`],
    heardAt: i,
  }))
  const u = unionOf(tabs)
  assert.equal(u.length, TOPICS_MAX)
  assert.ok(u.includes('counts') && u.includes('list') && u.includes('ticket:29'))
  assert.ok(!u.includes('ticket:0'))
})
test('a silent tab is dropped', () => {
  const tabs = new Map([
    ['a', { topics: [], heardAt: 0 }],
    ['b', { topics: [], heardAt: SILENT_AFTER }],
  ])
  assert.equal(sweep(tabs, SILENT_AFTER + 1), true)
  assert.deepEqual([...tabs.keys()], ['b'])
})
