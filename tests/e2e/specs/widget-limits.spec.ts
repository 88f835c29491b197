// What a stranger may do with the chat's public routes, and where it ends.
import { createHmac } from 'node:crypto'
import { Api, type Answer } from '../fixtures/api'
import { chatInbox } from '../fixtures/pages'
import type { Server } from '../fixtures/server'
import { expect, test } from '../fixtures/test'

const PAGE = 'https://shop.example'

class Visitor {
  private constructor(
    private readonly api: Api,
    private readonly base: string,
    private readonly headers: Record<string, string>,
  ) {}

  static async begin(server: Server, token: string, body: object = {}, headers: Record<string, string> = {}): Promise<Visitor> {
    const base = `/chat/v1/${token}`
    const api = new Api(server.url)
    const answer = await api.post(base + '/session', body, headers)
    expect(answer.status, answer.text).toBe(201)
    return new Visitor(api, base, { Authorization: `Bearer ${answer.data.token}` })
  }
  get token() {
    return this.headers.Authorization!.slice(7)
  }
  say(client_id: string, text: string, more: object = {}): Promise<Answer> {
    return this.api.post(this.base + '/messages', { client_id, text, ...more }, this.headers)
  }
  read(query = ''): Promise<Answer> {
    return this.api.get(this.base + '/messages' + query, this.headers)
  }
  upload(name: string, bytes: Uint8Array, type = 'text/plain'): Promise<Answer> {
    return this.api.request('POST', `${this.base}/uploads?name=${encodeURIComponent(name)}`, bytes, { ...this.headers, 'Content-Type': type })
  }
}

test('a token that is guessed, cut, of a closed inbox or of another channel opens nothing', async ({ server }) => {
  const { id, token } = await chatInbox(server)
  const api = new Api(server.url)
  const other = await server.api.apiInbox()
  const mac = token.split('-')[1]
  const asked = ['x', '1-', `1-${mac}`, `${other.toString(36)}-${mac}`, token.slice(0, -1), token + '0', token.replace(/.$/, (c) => (c === '0' ? '1' : '0')), '%2e%2e']
  for (const guess of asked) {
    const answer = await api.get(`/chat/v1/${guess}/config`)
    expect(answer.status, guess).toBe(404)
    expect(answer.text).not.toContain('"name"')
  }
  expect((await api.get(`/chat/v1/${token}/config`)).status).toBe(200)
  await server.api.must('PATCH', `/api/v1/inboxes/${id}`, { is_active: false })
  expect((await api.get(`/chat/v1/${token}/config`)).status).toBe(404)
})

test('only listed pages are answered, on every route', async ({ server }) => {
  const { token } = await chatInbox(server, [PAGE])
  const api = new Api(server.url)
  const visitor = await Visitor.begin(server, token, {}, { Origin: PAGE })
  const auth = { Authorization: `Bearer ${visitor.token}` }
  const asks: [string, string, unknown?][] = [
    ['GET', '/config'],
    ['POST', '/session', {}],
    ['GET', '/messages'],
    ['POST', '/messages', { client_id: 'aaaaaaaa', text: 'x' }],
    ['POST', '/uploads?name=a.txt', 'x'],
    ['POST', '/typing', { on: true }],
    ['POST', '/read', { message_id: 1 }],
    ['GET', '/stream'],
  ]
  for (const Origin of ['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'https://shop.example:444', 'null'])
    for (const [method, path, body] of asks) {
      const answer = await api.request(method, `/chat/v1/${token}${path}`, body, { ...auth, Origin })
      expect(answer.status, `${method} ${path} from ${Origin}`).toBe(403)
    }
  const listed = await api.get(`/chat/v1/${token}/config`, { Origin: PAGE })
  expect(listed.status).toBe(200)
  expect(listed.headers.get('access-control-allow-origin')).toBe(PAGE)
  expect(listed.headers.get('vary')).toContain('Origin')
  // A page may read why it was refused, and learns nothing else.
  const refused = await api.get(`/chat/v1/${token}/config`, { Origin: 'https://evil.example' })
  expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  expect((await api.get('/api/v1/me', { Origin: PAGE })).headers.get('access-control-allow-origin')).toBeNull()
  const preflight = await api.request('OPTIONS', `/chat/v1/${token}/messages`, undefined, {
    Origin: PAGE, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type',
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
})

test('nobody reads or uses what is another visitor’s', async ({ server }) => {
  const { token } = await chatInbox(server)
  const second = await server.api.must('POST', '/api/v1/inboxes', { name: 'Chat 2', channel: 'webchat', settings: { origins: ['*'] } })
  const ana = await Visitor.begin(server, token)
  const ben = await Visitor.begin(server, token)
  const said = await ana.say('same-key-1', 'a secret of mine')
  expect(said.status).toBe(201)
  expect((await ben.read()).data).toEqual([])
  // The same client_id of another visitor is another message, not a way to the first.
  const bens = await ben.say('same-key-1', 'of mine too')
  expect(bens.data.id).not.toBe(said.data.id)
  expect((await ben.read()).data.map((m: { text: string }) => m.text)).toEqual(['of mine too'])
  const file = await ana.upload('letter.txt', new TextEncoder().encode('dear'))
  expect(file.status, file.text).toBe(201)
  expect((await ben.say('takes-it1', 'mine now', { attachments: [file.data.token] })).status).toBe(422)
  expect((await ana.say('with-file', 'see', { attachments: [file.data.token] })).status).toBe(201)
  // A session is good in its own inbox alone, and only as it was signed.
  const api = new Api(server.url)
  const at = (t: string, bearer: string) => api.get(`/chat/v1/${t}/messages`, { Authorization: `Bearer ${bearer}` })
  expect((await at(second.widget_token, ana.token)).status).toBe(401)
  expect((await at(token, ana.token.slice(0, -1) + (ana.token.endsWith('A') ? 'B' : 'A'))).status).toBe(401)
  expect((await at(token, server.key)).status).toBe(401)
  expect((await api.get(`/chat/v1/${token}/messages`)).status).toBe(401)
})

test('notes and activities stay inside; an answer is seen once', async ({ server }) => {
  const { token } = await chatInbox(server)
  const visitor = await Visitor.begin(server, token)
  await visitor.say('question1', 'where is my playlist')
  const [ticket] = await server.api.all('/api/v1/tickets')
  await server.api.must('POST', `/api/v1/tickets/${ticket.id}/messages`, { kind: 'note', text: 'looks like a pirate' })
  await server.api.must('PATCH', `/api/v1/tickets/${ticket.id}`, { priority: 'high', tags: ['odd'] })
  await server.api.must('POST', `/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text: 'it is in the folder' })
  const seen = (await visitor.read()).data.map((m: { from: string; text: string }) => `${m.from}: ${m.text}`)
  expect(seen).toEqual(['customer: where is my playlist', 'agent: it is in the folder'])
})

test('the same message again changes nothing', async ({ server }) => {
  const { token } = await chatInbox(server)
  const visitor = await Visitor.begin(server, token)
  const file = await visitor.upload('a.txt', new TextEncoder().encode('a'))
  const first = await visitor.say('once-only', 'hello', { attachments: [file.data.token] })
  const again = await visitor.say('once-only', 'hello', { attachments: [file.data.token] })
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.data.id).toBe(first.data.id)
  const list = (await visitor.read()).data
  expect(list).toHaveLength(1)
  expect(list[0].attachments).toHaveLength(1)
  expect(list[0].client_id).toBe('once-only')
})

test('floods end: messages, uploads, bodies', async ({ server }) => {
  const { token } = await chatInbox(server)
  const visitor = await Visitor.begin(server, token)
  const statuses = []
  for (let i = 0; i < 31; i++) statuses.push((await visitor.say(`flood-${i}-xx`, `word ${i}`)).status)
  expect(statuses.slice(0, 30).every((s) => s === 201)).toBe(true)
  const over = await visitor.say('flood-31-xx', 'one more')
  expect(over.status).toBe(429)
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(over.headers.get('access-control-allow-origin')).toBe('*')
  expect(over.headers.get('access-control-expose-headers')).toContain('Retry-After')
  // What was said before may be said again: a browser that lost the answer is no flood.
  expect((await visitor.say('flood-3-xx', 'word 3')).status).toBe(201)

  const piled = []
  for (let i = 0; i < 21; i++) piled.push((await visitor.upload(`${i}.txt`, new TextEncoder().encode(`${i}`))).status)
  expect(piled).toEqual([...Array(20).fill(201), 429])

  // Refused before it is read: a client that goes on writing finds the line closed.
  const film = visitor.upload('film.mp4', new Uint8Array(10 * 1024 * 1024 + 1), 'video/mp4')
  expect(await film.then((a) => a.status, () => 413)).toBe(413)
  expect((await visitor.say('long-text1', 'x'.repeat(10_001))).status).toBe(422)
  expect((await visitor.say('huge-text1', 'x'.repeat(200_000))).status).toBe(413)
})

test('what is not in the form is refused by name', async ({ server }) => {
  const { token } = await chatInbox(server)
  const visitor = await Visitor.begin(server, token)
  const rows: [string, object, string][] = [
    ['an unknown field', { client_id: 'aaaaaaaa', text: 'x', is_agent: true }, 'is_agent'],
    ['a short key', { client_id: 'a', text: 'x' }, 'client_id'],
    ['a key with a path', { client_id: '../../../etc', text: 'x' }, 'client_id'],
    ['nothing said', { client_id: 'aaaaaaaa', text: '  \n ' }, 'text'],
    ['no address', { client_id: 'aaaaaaaa', text: 'x', email: 'a@b.example, c@d.example' }, 'email'],
    ['too much context', { client_id: 'aaaaaaaa', text: 'x', context: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'v'])) }, 'context'],
    ['context that is no text', { client_id: 'aaaaaaaa', text: 'x', context: { a: { b: 1 } } }, 'context'],
    ['six files', { client_id: 'aaaaaaaa', text: 'x', attachments: Array(6).fill('t') }, 'attachments'],
  ]
  const api = new Api(server.url)
  for (const [says, body, field] of rows) {
    const answer = await api.post(`/chat/v1/${token}/messages`, body, { Authorization: `Bearer ${visitor.token}` })
    expect(answer.status, says).toBe(422)
    expect(answer.json.field, says).toContain(field)
  }
  expect((await visitor.read()).data).toEqual([])
})

test('settings that cannot work are refused when they are made, naming the field', async ({ server }) => {
  const rows: [object, string][] = [
    [{ origins: ['https://shop.example', 'https://shop.example/help'] }, 'settings.origins.1'],
    [{ origins: ['null'] }, 'settings.origins.0'],
    [{ color: 'teal' }, 'settings.color'],
    [{ hours: { zone: 'Europe/Nowhere', days: [] } }, 'settings.hours.zone'],
    [{ hours: { days: [{ day: 'mon', from: '17:00', to: '09:00' }] } }, 'settings.hours.days.0.to'],
    [{ orgins: [] }, 'settings.orgins'],
  ]
  for (const [settings, field] of rows) {
    const answer = await server.api.post('/api/v1/inboxes', { name: 'Chat', channel: 'webchat', settings })
    expect(answer.status, field).toBe(422)
    expect(answer.json.field).toBe(field)
  }
})

test('with require_identity only customers the company signs for may write', async ({ server }) => {
  const { token, secret } = await chatInbox(server, ['*'], { require_identity: true })
  const api = new Api(server.url)
  expect((await api.post(`/chat/v1/${token}/session`, {})).status).toBe(403)
  const signature = createHmac('sha256', secret).update('kund-åäö').digest('hex')
  const wrong = await api.post(`/chat/v1/${token}/session`, { identity: { external_id: 'kund-aao', signature } })
  expect(wrong.status).toBe(403)
  const known = await Visitor.begin(server, token, { identity: { external_id: 'kund-åäö', name: 'Åsa', signature } })
  expect((await known.say('aaaaaaaa', 'hej')).status).toBe(201)
  const [ticket] = await server.api.all('/api/v1/tickets')
  const contact = await server.api.must('GET', `/api/v1/contacts/${ticket.contact.id}`)
  expect(contact.name).toBe('Åsa')
  expect(contact.identities).toEqual([expect.objectContaining({ external_id: 'user:kund-åäö', state: 'verified' })])
})

test('a visitor who signs in takes the conversation along', async ({ server }) => {
  const { token, secret } = await chatInbox(server)
  const visitor = await Visitor.begin(server, token)
  await visitor.say('as-visitor', 'before I signed in')
  const signature = createHmac('sha256', secret).update('42').digest('hex')
  const known = await Visitor.begin(server, token, { identity: { external_id: '42', name: 'Ana Lima', signature } }, { Authorization: `Bearer ${visitor.token}` })
  expect((await known.read()).data.map((m: { text: string }) => m.text)).toEqual(['before I signed in'])
  await known.say('as-member1', 'and after')
  const tickets = await server.api.all('/api/v1/tickets')
  expect(tickets).toHaveLength(1)
  expect(tickets[0].contact.name).toBe('Ana Lima')
  // On another device the same customer sees the same.
  const phone = await Visitor.begin(server, token, { identity: { external_id: '42', signature } })
  expect((await phone.read()).data).toHaveLength(2)
})
