import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const src = fileURLToPath(new URL('..', import.meta.url))
const read = (name: string) => JSON.parse(readFileSync(`${src}i18n/${name}.json`, 'utf8')) as object

function keysOf(o: object, at = ''): string[] {
  return Object.entries(o).flatMap(([k, v]) =>
    typeof v === 'string' ? [at + k] : keysOf(v as object, at + k + '.'),
  )
}
const en = new Set(keysOf(read('en')))

test('every language says the same things, with the same holes', () => {
  const de = read('de')
  assert.deepEqual(keysOf(de).sort(), [...en].sort())
  const holes = (s: string) => [...new Set(s.match(/\{\w+\}/g) ?? [])].sort().join()
  const at = (o: object, key: string) => key.split('.').reduce<unknown>((x, k) => (x as Record<string, unknown>)[k], o) as string
  for (const key of en) assert.equal(holes(at(de, key)), holes(at(read('en'), key)), key)
})

test('every word that the screen asks for is there', () => {
  const files = (readdirSync(src, { recursive: true }) as string[]).filter((f) => /\.(vue|ts)$/.test(f) && !f.endsWith('.test.ts'))
  const missing: string[] = []
  for (const f of files)
    for (const m of readFileSync(src + f, 'utf8').matchAll(/\$?\bt\(\s*'([\w.-]+)'\s*(\+)?/g)) {
      const [, key, more] = m
      const ok = more ? [...en].some((k) => k.startsWith(key!)) : en.has(key!)
      if (!ok) missing.push(`${f}: ${key}`)
    }
  assert.deepEqual(missing, [])
})
