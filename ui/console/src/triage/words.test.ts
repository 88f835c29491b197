import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cut, languageName, percent, regionName, spanOf, sureness } from './words'

const places: { says: string; text: string; at: number; n: number; words?: string; want: string | null }[] = [
  { says: 'plain words', text: 'charged twice today', at: 0, n: 13, words: 'charged twice', want: 'charged twice' },
  { says: 'bytes are not characters', text: 'für mich doppelt', at: 10, n: 7, words: 'doppelt', want: 'doppelt' },
  { says: 'four bytes, two units', text: '😀😀 help me', at: 9, n: 4, words: 'help', want: 'help' },
  { says: 'shifted by a subject: found by the words', text: 'my card failed', at: 40, n: 4, words: 'card', want: 'card' },
  { says: 'other words stand there', text: 'one two', at: 0, n: 3, words: 'two', want: 'two' },
  { says: 'gone from the text', text: 'one two', at: 0, n: 5, words: 'three', want: null },
  { says: 'a hint has no place', text: 'one two', at: 0, n: 0, want: null },
]
for (const r of places)
  test('place: ' + r.says, () => {
    const s = spanOf(r.text, r)
    assert.equal(s && r.text.slice(s.from, s.to), r.want)
  })

test('pieces are cut at marks and masks, and nothing is lost', () => {
  const pieces = [{ text: 'see ' }, { text: 'a.example', href: 'https://a.example' }, { text: ' and [card] now' }]
  const text = pieces.map((p) => p.text).join('')
  const got = cut(pieces, [{ from: 2, to: 6 }], [{ from: 18, to: 24, kind: 'card' }])
  assert.equal(got.map((p) => p.text).join(''), text)
  assert.deepEqual(
    got.filter((p) => p.mark).map((p) => [p.text, p.href]),
    [
      ['e ', undefined],
      ['a.', 'https://a.example'],
    ],
  )
  assert.deepEqual(got.filter((p) => p.seal).map((p) => [p.text, p.seal]), [['[card]', 'card']])
})

test('how sure, in words and in numbers', () => {
  assert.deepEqual([0.99, 0.9, 0.7, 0.3].map(sureness), ['certain', 'sure', 'likely', 'guess'])
  assert.equal(percent(0.917, 'en'), '92%')
  assert.equal(percent(0.9999, 'en'), '99%')
  assert.equal(percent(0.001, 'en'), '1%')
  assert.equal(percent(1, 'en'), '100%')
  assert.equal(percent(0.9871, 'de', 1), '98,7\u00a0%')
})

test('names in the reader’s language', () => {
  assert.equal(languageName('pt', 'de'), 'Portugiesisch')
  assert.match(languageName('hi-Latn', 'en'), /Hindi/)
  assert.equal(regionName('BR', 'de'), 'Brasilien')
  assert.equal(regionName('Atlantis', 'en'), 'Atlantis')
  assert.equal(languageName('!!', 'en'), '!!')
})
