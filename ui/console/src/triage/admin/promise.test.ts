import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barsOf, verdictOf } from './promise'

const week = (d: string, n: number, right: number) => ({ week: `2026-${d}T00:00:00.000Z`, n, right })

test('nothing is claimed before it is measured', () => {
  const at = (n: number, is_supported: boolean, read = 1000) => verdictOf({ read, n, n_wanted: 300, is_supported })
  assert.equal(at(0, false, 0), 'unread')
  assert.equal(at(0, false), 'measuring')
  assert.equal(at(299, false), 'measuring')
  assert.equal(at(300, false), 'broken')
  assert.equal(at(180, true), 'kept')
})

test('bars begin at zero, weeks without an answer keep their place', () => {
  const bars = barsOf([week('11-02', 10, 10), week('11-16', 20, 15)], 40)
  assert.deepEqual(bars.map((b) => [b.x, b.n, b.wrong]), [[0, 10, 0], [1, 0, 0], [2, 20, 5]])
  assert.deepEqual(bars[0]!.right, { y: 20, h: 20 })
  assert.deepEqual(bars[2], { week: '2026-11-16T00:00:00.000Z', n: 20, wrong: 5, x: 2, right: { y: 10, h: 30 }, bad: { y: 0, h: 10 } })
  assert.deepEqual(barsOf([], 40), [])
  assert.deepEqual(barsOf([week('11-02', 0, 0)], 40), [])
})

test('not more weeks than fit', () => {
  const weeks = Array.from({ length: 30 }, (_, i) => ({ week: new Date(Date.UTC(2026, 0, 5 + 7 * i)).toISOString(), n: 1, right: 1 }))
  assert.equal(barsOf(weeks, 40).length, 13)
})
