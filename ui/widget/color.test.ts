import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contrast, css, luminance, parse, readable, scheme, type Rgb } from './color'

test('colours are read as people write them', () => {
  assert.deepEqual(parse('#0F766E'), [15, 118, 110])
  assert.deepEqual(parse(' #fff '), [255, 255, 255])
  for (const bad of ['', 'teal', '#12', '#12345', '#1234567', '0f766e', '#gggggg', null, undefined]) assert.equal(parse(bad), null)
  assert.equal(css([15, 118, 110]), '#0f766e')
})

test('contrast is that of WCAG', () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21)
  assert.equal(contrast([119, 119, 119], [255, 255, 255]).toFixed(2), '4.48') // #777: the known near miss
  assert.equal(contrast([255, 255, 255], [0, 0, 0]), 21)
})

const GROUND = {
  light: { paper: [251, 250, 247], surface: [255, 255, 255], ink: [31, 35, 40] },
  dark: { paper: [20, 22, 26], surface: [28, 31, 37], ink: [232, 230, 225] },
} as const

test('every colour of a company becomes readable, light and dark', () => {
  for (let r = 0; r <= 255; r += 17)
    for (let g = 0; g <= 255; g += 17)
      for (let b = 0; b <= 255; b += 17)
        for (const isDark of [false, true]) {
          const s = scheme([r, g, b], isDark)
          const ground = isDark ? GROUND.dark : GROUND.light
          const at = `${css([r, g, b])} ${isDark ? 'dark' : 'light'}`
          assert.ok(contrast(s.on, s.fill) >= 4.5, `words on fill, ${at}`)
          for (const under of [ground.paper, ground.surface, s.soft])
            assert.ok(contrast(s.text, under) >= 4.5, `text ${css(s.text)} on ${css(under)}, ${at}`)
          assert.ok(contrast(ground.ink, s.soft) >= 4.5, `ink on an answer, ${at}`)
        }
})

test('what reads already stays as it is', () => {
  const teal: Rgb = [15, 118, 110]
  assert.deepEqual(readable(teal, [[255, 255, 255]], 4.5), teal)
  assert.deepEqual(scheme(teal, false).fill, teal)
})

test('a corrected colour keeps its hue: yellow becomes dark yellow, not grey or blue', () => {
  const [r, g, b] = readable([255, 212, 0], [[255, 255, 255]], 4.5)
  assert.ok(r > b + 60 && g > b + 60, css([r, g, b]))
  assert.ok(luminance([r, g, b]) < luminance([255, 212, 0]))
})

test('no colour set: Antiphon’s own', () => {
  assert.equal(css(scheme(null, false).fill), '#0f766e')
  assert.equal(css(scheme(null, true).fill), '#2dd4bf')
})
