import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from './api'
import { backoff } from './backoff'
import { clean, contextOf, deviceOf } from './context'
import { Keep, Outbox, type OutMessage } from './store'
import { fill, isRtl, LANGUAGES, localeOf, regional, stringsOf } from './strings'

test('backoff grows, has jitter and a most', () => {
  for (let tries = 1; tries < 200; tries++) {
    const most = Math.min(60_000, 1000 * 2 ** (tries - 1))
    assert.equal(backoff(tries, 0), most / 2)
    assert.ok(backoff(tries, 0.999) <= most && backoff(tries, 0.999) > most * 0.99)
  }
})

test('which refusals are final: those that the same request meets again', () => {
  for (const s of [400, 403, 404, 413, 422]) assert.equal(new ApiError(s, '').isFinal, true, String(s))
  for (const s of [0, 401, 408, 429, 500, 502, 503, 507]) assert.equal(new ApiError(s, '').isFinal, false, String(s))
})

const out = (client_id: string, seq: number): OutMessage => ({
  client_id, seq, owner: '', text: client_id, files: [], created_at: '', failed: null, isRetried: false,
})

test('outbox: a browser that keeps nothing still sends in the order of writing', async () => {
  const box = new Outbox('test')
  for (const [id, seq] of [['c', 3], ['a', 1], ['b', 2]] as const) await box.put(out(id, seq))
  assert.deepEqual((await box.all()).map((m) => m.client_id), ['a', 'b', 'c'])
  await box.put({ ...out('b', 2), failed: 'no' })
  await box.remove('a')
  assert.deepEqual((await box.all()).map((m) => [m.client_id, m.failed]), [['b', 'no'], ['c', null]])
})

test('keep: works where storage is blocked', () => {
  const keep = new Keep('test')
  keep.set({ token: 't', readId: 4 })
  keep.set({ readId: 5 })
  assert.deepEqual(keep.get(), { token: 't', readId: 5 })
  keep.clear()
  assert.deepEqual(keep.get(), {})
})

test('device: words a person says', () => {
  const rows: [string, string][] = [
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari, iPhone'],
    ['Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome, Android'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0', 'Edge, Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox, Linux'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 'Safari, Mac'],
    ['curl/8', ''],
  ]
  for (const [ua, want] of rows) assert.equal(deviceOf(ua), want)
})

test('context: the page’s words win; addresses lose what may be secret', () => {
  const nav = { userAgent: 'Mozilla/5.0 (X11; Linux) Firefox/143.0', language: 'sv' }
  assert.deepEqual(contextOf({ device: 'TV', plan: 'Family' }, nav, 'https://a.example/x?token=1#me'), {
    device: 'TV', language: 'sv', plan: 'Family', page: 'https://a.example/x',
  })
})

test('context: only short words go along, and few', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => ['k' + i, 'v']))
  assert.equal(Object.keys(clean(many)).length, 20)
  assert.deepEqual(clean({ a: 1, b: true, c: { d: 1 }, e: null, f: undefined, g: '  ', h: () => 1, i: 'x'.repeat(300) }), {
    a: '1', b: 'true', i: 'x'.repeat(200),
  })
})

test('languages: every one has every word, with the same gaps', () => {
  const gaps = (s: string) => (s.match(/\{\w+\}/g) ?? []).sort()
  for (const [lang, s] of Object.entries(LANGUAGES)) {
    assert.deepEqual(Object.keys(s), Object.keys(LANGUAGES.en!), lang)
    for (const [k, v] of Object.entries(s)) {
      assert.ok(v.trim(), `${lang}.${k} is empty`)
      assert.deepEqual(gaps(v), gaps(LANGUAGES.en![k as keyof typeof s]), `${lang}.${k}`)
    }
  }
})

test('languages: the first wish that we speak', () => {
  assert.equal(localeOf([null, 'xx', 'pt-BR', 'en']), 'pt-BR')
  assert.equal(localeOf(['de_AT']), 'de-AT')
  assert.equal(localeOf(['', 'zh-CN', undefined]), 'en')
  assert.equal(localeOf(['en-<script>']), 'en')
  assert.equal(regional('en', ['de-DE', 'en-GB']), 'en-GB')
  assert.equal(regional('en-US', ['en-GB']), 'en-US')
  assert.equal(regional('ar', ['en-GB']), 'ar')
  assert.equal(stringsOf('pt-BR').send, 'Enviar')
  assert.equal(isRtl('ar-EG'), true)
  assert.equal(isRtl('are'), false)
})

test('gaps are filled once, and what is put in is not filled again', () => {
  assert.equal(fill('{name} is writing', { name: '{n}', n: 3 }), '{n} is writing')
  assert.equal(fill('{what}?', {}), '{what}?')
})
