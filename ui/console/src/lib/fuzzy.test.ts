import assert from 'node:assert/strict'
import { test } from 'node:test'
import { best, fit, together } from './fuzzy'

const long = 'a payment that fails, was taken twice or for the wrong sum; cards, wallets and other ways to pay '.repeat(9)

test('a name before a word inside, a word before a part, a part before letters with gaps', () => {
  const names = ['mispayment', 'late payment', 'payment', 'pat a yam enter', 'refunds']
  assert.deepEqual(best('payment', names, (x) => x), ['payment', 'late payment', 'mispayment', 'pat a yam enter'])
  assert.deepEqual(best('asme', ['refunds', 'assign to me'], (x) => x), ['assign to me'])
})

test('what is said of a thing does not hide its name', () => {
  const found = best('refunds', [{ n: 'Payments ' + long + ' refunds' }, { n: 'Refunds ' + long }], (x) => x.n)
  assert.equal(found[0]!.n.slice(0, 7), 'Refunds')
  assert.equal(found.length, 2)
})

test('letters far apart in a long text are no fit', () => {
  assert.equal(fit('zebra', long), 0)
  assert.equal(fit('ptwfs', long), 0)
})

test('groups stay together, at the place of their best', () => {
  const rows = [{ k: 1, group: 'b' }, { k: 2, group: 'a' }, { k: 3, group: 'b' }]
  assert.deepEqual(together(rows).map((x) => x.k), [1, 3, 2])
})
