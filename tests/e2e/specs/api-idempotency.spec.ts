// Idempotency-Key: the same request is answered from memory, another body under it is refused.
import { rm } from 'node:fs/promises'
import { Api } from '../fixtures/api'
import { chatInbox } from '../fixtures/pages'
import { BINARY, Daemon, freePort, mustRun, tempDir, until } from '../fixtures/process'
import { ADMIN } from '../fixtures/server'
import { expect, test } from '../fixtures/test'

test('the same key and body give the stored answer and one effect', async ({ server }) => {
  const key = { 'Idempotency-Key': 'k-1' }
  const first = await server.api.post('/api/v1/inboxes', { name: 'Shop', channel: 'api' }, key)
  const again = await server.api.post('/api/v1/inboxes', { name: 'Shop', channel: 'api' }, key)
  expect(first.status).toBe(201)
  expect(again.status).toBe(201)
  expect(again.data.id).toBe(first.data.id)
  expect(again.text).toBe(first.text)
  expect((await server.api.get('/api/v1/inboxes')).data.filter((i: any) => i.name === 'Shop')).toHaveLength(1)
})

test('the same key with another body is 422', async ({ server }) => {
  const key = { 'Idempotency-Key': 'k-1' }
  await server.api.post('/api/v1/inboxes', { name: 'Shop', channel: 'api' }, key)
  const other = await server.api.post('/api/v1/inboxes', { name: 'Store', channel: 'api' }, key)
  expect(other.status).toBe(422)
})

test('a reply repeated with its key is sent once, also twenty at a time', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello?')
  const path = `/api/v1/tickets/${data.ticket_id}/messages`
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => server.api.post(path, { kind: 'reply', text: 'hi' }, { 'Idempotency-Key': 'r-1' })),
  )
  for (const a of answers) expect([201, 409]).toContain(a.status)
  expect(answers.some((a) => a.status === 201)).toBe(true)
  expect((await server.api.all(path)).filter((m) => m.kind === 'reply')).toHaveLength(1)
})

test('the key survives a restart', async ({ server }) => {
  const key = { 'Idempotency-Key': 'k-1' }
  const first = await server.api.post('/api/v1/inboxes', { name: 'Shop', channel: 'api' }, key)
  await server.kill()
  await server.start()
  const again = await server.api.post('/api/v1/inboxes', { name: 'Shop', channel: 'api' }, key)
  expect(again.data?.id, again.text).toBe(first.data.id)
})

test('another caller may use the same key', async ({ server }) => {
  const other = await server.apiAs('admin')
  const key = { 'Idempotency-Key': 'k-1' }
  const a = await server.api.post('/api/v1/inboxes', { name: 'One', channel: 'api' }, key)
  const b = await other.post('/api/v1/inboxes', { name: 'Two', channel: 'api' }, key)
  expect([a.status, b.status]).toEqual([201, 201])
  expect(b.data.id).not.toBe(a.data.id)
})

test('a secret is shown once, and its key makes no second one', async ({ server }) => {
  const key = { 'Idempotency-Key': 'k-1' }
  const made = { name: 'app', role: 'agent' }
  const first = await server.api.post('/api/v1/keys', made, key)
  const again = await server.api.post('/api/v1/keys', made, key)
  expect([first.status, again.status]).toEqual([201, 409])
  expect(again.text).not.toContain(first.data.key)
  const keys = (await server.api.get('/api/v1/keys')).data as { name: string }[]
  expect(keys.filter((k) => k.name === 'app')).toHaveLength(1)
})

test('a file handed in again with its key is the same file, also five at a time', async ({ server }) => {
  const send = (text: string, path = '/api/v1/uploads?name=a.txt') =>
    server.api.post(path, text, { 'Content-Type': 'text/plain', 'Idempotency-Key': 'u-1' })
  const answers = await Promise.all(Array.from({ length: 5 }, () => send('my log')))
  const again = await send('my log')
  for (const a of [...answers, again]) {
    expect(a.status, a.text).toBe(201)
    expect(a.text).toBe(again.text)
  }
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect((await send('another log')).status).toBe(422)
  expect((await send('my log', '/api/v1/uploads?name=b.txt')).status).toBe(422)
})

test('the demo is cleared once; the same key says so again', async () => {
  const dir = await tempDir('demo')
  const port = await freePort()
  const daemon = Daemon.start(BINARY, ['serve', '--data', dir, '--listen', `127.0.0.1:${port}`, '--demo'])
  try {
    await until('the server to listen', () => daemon.output.includes('listening on http://'), 30_000)
    const made = await mustRun(BINARY, ['key', 'create', '--data', dir, '--name', 'tests', '--role', 'admin'])
    const api = Api.withKey(`http://127.0.0.1:${port}`, made.trim())
    const clear = (headers = {}) => api.request('POST', '/api/v1/demo/clear', undefined, headers)
    const key = { 'Idempotency-Key': 'd-1' }
    expect((await clear(key)).status).toBe(204)
    expect((await clear(key)).status).toBe(204)
    expect((await clear()).status).toBe(404)
  } finally {
    await daemon.stop('SIGTERM')
    await rm(dir, { recursive: true, force: true })
  }
})

test('where nobody is known the key is refused, not passed over', async ({ server }) => {
  const stranger = new Api(server.url)
  const key = { 'Idempotency-Key': 'k-1' }
  const asked = await stranger.post('/api/v1/password-reset', { email: ADMIN.email }, key)
  expect([asked.status, asked.json.detail]).toEqual([422, expect.stringContaining('Idempotency-Key')])
  expect((await stranger.post('/api/v1/session', ADMIN, key)).status).toBe(422)
  const chat = await chatInbox(server)
  expect((await stranger.post(`/chat/v1/${chat.token}/session`, {}, key)).status).toBe(422)
})
