import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confusionRows, timesOf } from './confusion'

const cells = [
  { was: 'refunds', said: 'refunds', n: 8 },
  { was: 'refunds', said: 'payments', n: 3 },
  { was: 'refunds', said: 'oos', n: 5 },
  { was: 'praise', said: 'praise', n: 20 },
  { was: 'plans', said: 'payments', n: 1 },
  { was: 'plans', said: 'refunds', n: 0 },
]

test('mistakes first, cells that never happened are not there', () => {
  const rows = confusionRows(cells)
  assert.deepEqual(rows.map((r) => r.was), ['refunds', 'plans', 'praise'])
  assert.deepEqual(rows[0], { was: 'refunds', n: 16, right: 8, wrong: [{ said: 'oos', n: 5 }, { said: 'payments', n: 3 }] })
  assert.deepEqual(rows[1]!.wrong, [{ said: 'payments', n: 1 }])
  assert.deepEqual(rows[2]!.wrong, [])
})

test('each way is counted apart', () => {
  assert.equal(timesOf(cells, 'refunds', 'payments'), 3)
  assert.equal(timesOf(cells, 'payments', 'refunds'), 0)
})
