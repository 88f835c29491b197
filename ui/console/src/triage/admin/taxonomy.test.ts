import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formOf, jsonOf, keyOf, lookAt } from './taxonomy'

const keys: { name: string; taken?: string[]; want: string }[] = [
  { name: 'Payments and invoices', want: 'payments_and_invoices' },
  { name: '  Größe & Ton! ', want: 'groesse_ton' },
  { name: 'Écoute hors ligne', want: 'ecoute_hors_ligne' },
  { name: 'Refunds', taken: ['refunds', 'refunds_2'], want: 'refunds_3' },
  { name: 'OOS', want: 'oos_2' },
  { name: '再生', want: 'category' },
]
for (const k of keys) test('key of ' + k.name, () => assert.equal(keyOf(k.name, k.taken ?? [], 'category'), k.want))

test('a key fits the server’s 60 characters', () => {
  assert.ok(keyOf('a'.repeat(99), ['a'.repeat(56)], 'category').length <= 60)
})

test('lists are one a line, without empty and double ones', () => {
  const f = { ...formOf(undefined, 'billing'), name: ' Taxes ', include: 'a VAT number\n\n a VAT number \nan invoice' }
  assert.deepEqual(jsonOf(f), { queue: 'billing', name: 'Taxes', description: '', include: ['a VAT number', 'an invoice'], exclude: [], ties: [], keywords: [] })
})

test('a form of a category gives the category back', () => {
  const c = { key: 'x', queue: 'q', name: 'X', description: 'd', include: ['a', 'b'], exclude: ['c'], ties: [], keywords: ['k'], examples: 3 }
  const { key: _, examples: __, ...rest } = c
  assert.deepEqual(jsonOf(formOf(c)), rest)
})

test('a file is looked at before it is sent', () => {
  const file = '{"queue":"q","name":"Q"}\n\n{"category":"c","queue":"q","name":"C"}\n{"keyword":"k","category":"c"}\n{"example":"e","category":"c"}\n{"oos":"hi"}\n'
  assert.deepEqual(lookAt(file), { queues: 1, categories: 1, examples: 2, wrongLine: 0 })
  assert.equal(lookAt('{"queue":"q","name":"Q"}\nnot json').wrongLine, 2)
  assert.equal(lookAt('[1]').wrongLine, 1)
})
