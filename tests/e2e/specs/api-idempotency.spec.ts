// Idempotency-Key: the same request is answered from memory, another body under it is refused.
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
