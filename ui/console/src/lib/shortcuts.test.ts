import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matcher, SHORTCUTS, type Press } from './shortcuts'

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrl: false,
  meta: false,
  alt: false,
  shift: false,
  altGr: false,
  inField: false,
  ...more,
})

const rows: { says: string; press: Press; single?: boolean; want: string | null }[] = [
  { says: 'j goes down', press: press('j'), want: 'next' },
  { says: 'caps lock is no shift', press: press('J'), want: 'next' },
  { says: 'a letter in a field is text', press: press('j', { inField: true }), want: null },
  { says: 'single keys can be switched off', press: press('j'), single: false, want: null },
  { says: 'Ctrl-K works in a field', press: press('k', { ctrl: true, inField: true }), want: 'palette' },
  { says: 'Cmd-K too', press: press('k', { meta: true }), want: 'palette' },
  { says: 'Ctrl-K works when single keys are off', press: press('k', { ctrl: true }), single: false, want: 'palette' },
  { says: 'shift and a letter', press: press('E', { shift: true }), want: 'solve-next' },
  { says: '! needs no word for shift', press: press('!', { shift: true }), want: 'spam' },
  { says: 'AltGr makes a character: [ on a German keyboard', press: press('[', { ctrl: true, alt: true, altGr: true }), want: 'pane-left' },
  { says: 'Alt alone belongs to menus', press: press('a', { alt: true }), want: null },
  { says: 'Ctrl-R belongs to the browser', press: press('r', { ctrl: true }), want: null },
  { says: 'send', press: press('Enter', { ctrl: true, inField: true }), want: 'send' },
  { says: 'send and solve', press: press('Enter', { meta: true, shift: true, inField: true }), want: 'send-solve' },
]
for (const r of rows)
  test(r.says, () => assert.equal(matcher()(r.press, 0, r.single ?? true), r.want))

test('g then m goes to mine; too late it is only m', () => {
  const m = matcher()
  assert.equal(m(press('g'), 0, true), null)
  assert.equal(m(press('m'), 300, true), 'go-mine')
  assert.equal(m(press('g'), 1000, true), null)
  assert.equal(m(press('m'), 5000, true), null)
})

test('no key stands for two actions', () => {
  const keys = SHORTCUTS.flatMap((s) => s.keys)
  assert.equal(new Set(keys).size, keys.length)
})
