import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkify, splitQuoted } from './quoted'
import { fit } from './fuzzy'

test('history after "wrote:" folds', () => {
  const p = splitQuoted('It works now.\n\nOn Tue, 3 Nov 2026 at 10:01, Ana <ana@example.org> wrote:\n> hello\n> there')
  assert.equal(p.said, 'It works now.')
  assert.match(p.quoted, /^On Tue/)
})
test('an intro over two lines folds', () => {
  const p = splitQuoted('Danke!\nAm 3. November 2026 um 10:01 Uhr\nschrieb Ana <ana@example.org>:\n> hallo')
  assert.equal(p.said, 'Danke!')
})
test('where the server says it begins, it begins', () => {
  assert.deepEqual(splitQuoted('new\n\nold words', 5), { said: 'new', quoted: 'old words' })
  assert.equal(splitQuoted('all old', 0).quoted, '')
})
test('quotes between answers stay', () => {
  const text = '> first?\nyes\n> second?\nno'
  assert.deepEqual(splitQuoted(text), { said: text, quoted: '' })
})
test('a message of nothing but quotes is shown', () => {
  assert.equal(splitQuoted('> only this').quoted, '')
})
test('links: no trailing full stop, no script', () => {
  assert.deepEqual(linkify('see https://a.example/x.'), [
    { text: 'see ' },
    { text: 'https://a.example/x', href: 'https://a.example/x' },
    { text: '.' },
  ])
  assert.equal(linkify('javascript:alert(1)')[0]!.href, undefined)
  assert.equal(linkify('to ana@example.org')[1]!.href, 'mailto:ana@example.org')
})
test('fuzzy: exact over start over word over letters', () => {
  const scores = ['mine', 'mine too', 'all mine', 'amine', 'm-i-n-e'].map((n) => fit('mine', n))
  assert.deepEqual([...scores].sort((a, b) => b - a), scores)
  assert.equal(fit('xyz', 'mine'), 0)
})
