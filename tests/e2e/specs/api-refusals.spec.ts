// What the API refuses, and how: problem+json with the field's path and a request id.
import { expect, test } from '../fixtures/test'
import { Api } from '../fixtures/api'

const good = { external_id: 'x', contact: { external_id: 'c' }, text: 'hello' }

const rows: { says: string; body: unknown; field?: string; status?: number }[] = [
  { says: 'an unknown field', body: { ...good, colour: 'red' }, field: 'colour' },
  { says: 'an unknown field of the contact', body: { ...good, contact: { external_id: 'c', colour: 'red' } }, field: 'contact.colour' },
  { says: 'an unknown field of the context', body: { ...good, context: { colour: 'red' } }, field: 'context.colour' },
  { says: 'no text', body: { external_id: 'x', contact: { external_id: 'c' } }, field: 'text' },
  { says: 'no external_id', body: { contact: { external_id: 'c' }, text: 'hello' }, field: 'external_id' },
  { says: 'no contact', body: { external_id: 'x', text: 'hello' }, field: 'contact' },
  { says: 'a number for a text', body: { ...good, text: 5 }, field: 'text' },
  { says: 'null for a required text', body: { ...good, text: null }, field: 'text' },
  { says: 'a list for the contact', body: { ...good, contact: [] }, field: 'contact' },
  { says: 'an attribute that is a number', body: { ...good, contact: { external_id: 'c', attributes: { a: 1 } } }, field: 'contact.attributes' },
  { says: 'an empty external_id', body: { ...good, external_id: '' }, field: 'external_id' },
  { says: 'an external_id of 256 characters', body: { ...good, external_id: 'x'.repeat(256) }, field: 'external_id' },
  { says: 'a time that is none', body: { ...good, sent_at: 'yesterday' }, field: 'sent_at' },
  { says: 'the server\'s own columns', body: { ...good, is_imported: true }, field: 'is_imported' },
]

test('a body that breaks a rule is 422 and names the field', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  for (const row of rows) {
    await test.step(row.says, async () => {
      const answer = await server.api.post(`/api/v1/inboxes/${inbox}/messages`, row.body)
      expect(answer.status, answer.text).toBe(row.status ?? 422)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(answer.json).toMatchObject({ status: 422, title: expect.any(String), type: expect.stringMatching(/^about:blank#/) })
      expect(answer.json.field ?? '').toContain(row.field ?? '')
      expect(answer.json.request_id).toMatch(/^\S{16,}$/)
    })
  }
  expect(await server.api.all('/api/v1/tickets')).toEqual([])
})

const broken: { says: string; body: string }[] = [
  { says: 'no JSON', body: 'hello' },
  { says: 'half an object', body: '{"external_id":"x"' },
  { says: 'a list', body: '[]' },
  { says: 'a key twice', body: '{"external_id":"x","external_id":"y","contact":{"external_id":"c"},"text":"t"}' },
  { says: 'words behind the object', body: JSON.stringify(good) + ' x' },
  { says: 'a lone surrogate', body: '{"external_id":"x","contact":{"external_id":"c"},"text":"\\ud800"}' },
]

test('a body that is not one JSON object is refused', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  for (const row of broken) {
    const answer = await server.api.post(`/api/v1/inboxes/${inbox}/messages`, row.body)
    expect([400, 422], `${row.says}: ${answer.text}`).toContain(answer.status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  }
})

test('no key, a wrong key and a revoked key are 401', async ({ server }) => {
  const made = await server.api.must('POST', '/api/v1/keys', { name: 'short', role: 'agent' })
  const short = Api.withKey(server.url, made.key)
  expect((await short.get('/api/v1/me')).status).toBe(200)
  await server.api.must('DELETE', `/api/v1/keys/${made.id}`)
  for (const api of [new Api(server.url), Api.withKey(server.url, 'wrong'), Api.withKey(server.url, ''), short]) {
    const answer = await api.get('/api/v1/tickets')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  }
})

test('an unknown path is 404, a wrong method 405 with Allow', async ({ server }) => {
  expect((await server.api.get('/api/v1/nothing')).status).toBe(404)
  const wrong = await server.api.delete('/api/v1/tickets')
  expect(wrong.status).toBe(405)
  expect(wrong.headers.get('allow')).toContain('GET')
})

test('an unknown query parameter is 422', async ({ server }) => {
  const answer = await server.api.get('/api/v1/tickets?colour=red')
  expect(answer.status).toBe(422)
  expect(answer.json.field ?? answer.json.detail).toContain('colour')
})

test('a body over the limit is 413', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const answer = await server.api.post(`/api/v1/inboxes/${inbox}/messages`, { ...good, text: 'x'.repeat(1 << 20) }).catch(() => null)
  if (answer) expect(answer.status).toBe(413)
  expect((await server.api.get('/api/v1/me')).status).toBe(200)
})

test('absent and forbidden are the same 404', async ({ server }) => {
  const [mine, theirs] = [await server.api.apiInbox('Mine'), await server.api.apiInbox('Theirs')]
  const hidden = await server.api.say(theirs, '1', 'secret words')
  const agent = await server.addAgent('Bo', 'bo@example.org', 'agent', [mine])
  const bo = await server.login('bo@example.org', agent.password)
  for (const path of [`/api/v1/tickets/${hidden.data.ticket_id}`, `/api/v1/messages/${hidden.data.message_id}`, `/api/v1/tickets/${hidden.data.ticket_id}/messages`]) {
    const forbidden = await bo.get(path)
    const absent = await bo.get(path.replace(/\d{6,}/, '123'))
    expect(forbidden.status, path).toBe(404)
    expect(absent.status, path).toBe(404)
    const same = ({ request_id: _, ...rest }: any) => rest
    expect(JSON.stringify(same(forbidden.json)).replace(/\d{6,}/g, '')).toBe(JSON.stringify(same(absent.json)).replace(/\b123\b/g, ''))
  }
  expect((await bo.get('/api/v1/tickets')).data).toEqual([])
  expect((await bo.get('/api/v1/search?q=secret')).data).toEqual([])
  const { number } = (await server.api.get(`/api/v1/tickets/${hidden.data.ticket_id}`)).data
  expect((await server.api.get(`/api/v1/search?q=${number}`)).data[0]).toMatchObject({ kind: 'ticket', ticket_number: number })
  expect((await bo.get(`/api/v1/search?q=${number}`)).data).toEqual([])
})
