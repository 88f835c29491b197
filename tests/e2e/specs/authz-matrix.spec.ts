// Every route of src/routes.c for every kind of caller, and everything that names an inbox for
// those who see only another one. A route that is not in this table fails.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { Api, Stream } from '../fixtures/api'
import { ROOT, until } from '../fixtures/process'
import { ADMIN, type Server } from '../fixtures/server'

// who: all (no credentials needed), signed (agents and keys), person (agents alone), coach, lead,
// admin (these: agents and keys of that role; no key of a single inbox), lead here (also that), chat
// (credentials of its own)
type Who = 'all' | 'signed' | 'person' | 'coach' | 'lead' | 'lead here' | 'admin' | 'chat'
const NOBODY = 999999999
const TABLE: [string, Who, unknown?][] = [
  ['GET /healthz', 'all'],
  ['GET /readyz', 'all'],
  ['GET /metrics', 'all'],
  ['GET /api/v1/openapi.json', 'all'],
  ['GET /api/v1/setup', 'all'],
  ['POST /api/v1/setup', 'all'],
  ['POST /api/v1/session', 'all'],
  ['POST /api/v1/password-reset', 'all'],
  ['POST /api/v1/password-reset/confirm', 'all'],
  ['GET /api/v1/me', 'signed'],
  ['PATCH /api/v1/me', 'person', {}],
  ['GET /api/v1/agents', 'signed'],
  ['POST /api/v1/agents', 'admin', { email: 'no address', name: 'x', role: 'agent' }],
  ['PATCH /api/v1/agents/:id', 'admin', {}],
  ['POST /api/v1/agents/:id/reset-link', 'admin'],
  ['GET /api/v1/teams', 'signed'],
  ['POST /api/v1/teams', 'lead', { name: 'x', agent_ids: [NOBODY] }],
  ['PATCH /api/v1/teams/:id', 'lead', {}],
  ['DELETE /api/v1/teams/:id', 'lead'],
  ['GET /api/v1/keys', 'admin'],
  ['POST /api/v1/keys', 'admin', { name: 'x', role: 'agent' }],
  ['DELETE /api/v1/keys/:id', 'admin'],
  ['GET /api/v1/audit', 'lead'],
  ['GET /api/v1/inboxes', 'signed'],
  ['POST /api/v1/inboxes', 'admin', { name: 'x', channel: 'nothing' }],
  ['POST /api/v1/inboxes/check', 'admin', { channel: 'api', settings: {} }],
  ['GET /api/v1/inboxes/:id', 'signed'],
  ['PATCH /api/v1/inboxes/:id', 'admin', {}],
  ['POST /api/v1/inboxes/:id/messages', 'signed', { external_id: 'x', contact: { external_id: 'x' }, text: 'x' }],
  ['GET /api/v1/tickets', 'signed'],
  ['GET /api/v1/tickets/:id', 'signed'],
  ['PATCH /api/v1/tickets/:id', 'signed', { priority: 'high' }],
  ['POST /api/v1/tickets/:id/assign', 'signed', { team_id: null }],
  ['POST /api/v1/tickets/:id/snooze', 'signed', { until: null }],
  ['POST /api/v1/tickets/:id/seen', 'person', { message_id: 1 }],
  ['GET /api/v1/tickets/:id/presence', 'signed'],
  ['POST /api/v1/tickets/:id/presence', 'person', { state: 'viewing' }],
  ['GET /api/v1/tickets/:id/drafts', 'person'],
  ['PUT /api/v1/tickets/:id/drafts/:text', 'person', { text: 'x' }],
  ['GET /api/v1/tickets/:id/messages', 'signed'],
  ['POST /api/v1/tickets/:id/messages', 'signed', { kind: 'note', text: 'x' }],
  ['GET /api/v1/tickets/:id/triage', 'signed'],
  ['POST /api/v1/tickets/:id/triage', 'signed', { urgency: 'P2' }],
  ['GET /api/v1/tags', 'signed'],
  ['GET /api/v1/statuses', 'signed'],
  ['POST /api/v1/statuses', 'lead', { key: 'open', name: 'x', category: 'open' }],
  ['PATCH /api/v1/statuses/:id', 'lead', { name: 'x', position: 1 }],
  ['GET /api/v1/messages/:id', 'signed'],
  ['GET /api/v1/messages/:id/html', 'signed'],
  ['GET /api/v1/messages/:id/raw', 'signed'],
  ['POST /api/v1/messages/:id/reveal', 'lead here'],
  ['POST /api/v1/messages/:id/send-again', 'signed'],
  ['POST /api/v1/uploads', 'signed'],
  ['GET /files/:text/*', 'all'],
  ['GET /api/v1/contacts', 'signed'],
  ['GET /api/v1/contacts/:id', 'signed'],
  ['GET /api/v1/search', 'signed'],
  ['GET /api/v1/counts', 'signed'],
  ['GET /api/v1/counts/categories', 'signed'],
  ['GET /api/v1/events', 'signed'],
  ['GET /api/v1/triage', 'signed'],
  ['GET /api/v1/triage/promises', 'signed'],
  ['GET /api/v1/triage/figures', 'signed'],
  ['GET /api/v1/triage/confusion', 'signed'],
  ['GET /api/v1/triage/doubtful', 'coach'],
  ['POST /api/v1/triage/doubtful/:id', 'coach', { category: null }],
  ['GET /api/v1/triage/models', 'signed'],
  ['POST /api/v1/triage/models/:text/use', 'coach'],
  ['POST /api/v1/triage/retrain', 'coach'],
  ['GET /api/v1/queues', 'signed'],
  ['PUT /api/v1/queues/:text', 'coach', { name: 'x', team_id: NOBODY }],
  ['GET /api/v1/categories', 'signed'],
  ['PUT /api/v1/categories/:text', 'coach', { queue: 'nothing', name: 'x', description: 'x' }],
  ['DELETE /api/v1/categories/:text', 'coach'],
  ['GET /api/v1/taxonomy', 'signed'],
  ['PUT /api/v1/taxonomy', 'coach', 'nonsense'],
  ['GET /api/v1/taxonomy/examples', 'signed'],
  ['POST /api/v1/taxonomy/examples', 'coach', { text: 'x', category: 'nothing' }],
  ['POST /api/v1/taxonomy/examples/drop', 'coach', { text: 'no such' }],
  ['GET /api/v1/on-call', 'signed'],
  ['PUT /api/v1/on-call', 'lead', { agent_ids: [NOBODY] }],
  ['GET /api/v1/pages', 'signed'],
  ['POST /api/v1/pages/:id/ack', 'signed'],
  ['GET /api/v1/protocols', 'signed'],
  ['PUT /api/v1/protocols/:text', 'admin', { title: 'x', steps: [] }],
  ['GET /api/v1/demo', 'all'],
  ['POST /api/v1/demo/clear', 'admin'],
  ['GET /api/v1/quarantine', 'signed'],
  ['POST /api/v1/quarantine/:id/retry', 'signed'],
  ['POST /api/v1/quarantine/:id/dismiss', 'signed'],
  ['GET /api/v1/quarantine/:id/raw', 'signed'],
  ['GET /demo/phone', 'all'],
  ['GET /*', 'all'],
  ['DELETE /api/v1/session', 'signed'], // last: it ends the caller's
]
const CHAT = /^\S+ \/chat\/v1\/:text\//

async function routes(): Promise<string[]> {
  const text = await readFile(join(ROOT, 'src/routes.c'), 'utf8')
  const names = [...text.matchAll(/\{METHOD_([A-Z]+),\s*(?:(API|CHAT)\s*)?"([^"]*)"/g)]
  const prefix: Record<string, string> = { API: '/api/v1', CHAT: '/chat/v1/:text' }
  return names.map((m) => `${m[1]} ${m[2] ? prefix[m[2]] : ''}${m[3]}`)
}

/** The status alone; an event stream is not read to its end. */
async function status(api: Api, route: string, id: number, body?: unknown): Promise<number> {
  const [method, path] = route.split(' ') as [string, string]
  const at = path.replace(':id', String(id)).replace(':text', 'note').replace('*', '') + (path.endsWith('/search') ? '?q=moss' : '')
  if (!path.endsWith('/events')) return (await api.request(method, at, body)).status
  const abort = new AbortController()
  const got = await fetch(api.base + at, { headers: (api as any).auth, signal: abort.signal })
  abort.abort()
  return got.status
}

interface Caller {
  api: Api
  is: 'nobody' | 'agent' | 'key' | 'key of one inbox' | 'no csrf'
  role: string
}

async function callers(server: Server, inbox: number): Promise<Caller[]> {
  const list: Caller[] = [{ api: new Api(server.url), is: 'nobody', role: '' }]
  for (const role of ['agent', 'coach', 'lead', 'admin']) {
    const { password } = await server.addAgent(`the ${role}`, `the-${role}@example.org`, role)
    list.push({ api: await server.login(`the-${role}@example.org`, password), is: 'agent', role })
    const made = await server.api.must('POST', '/api/v1/keys', { name: role, role })
    list.push({ api: Api.withKey(server.url, made.key), is: 'key', role })
    const scoped = await server.api.must('POST', '/api/v1/keys', { name: role, role, inbox_id: inbox })
    list.push({ api: Api.withKey(server.url, scoped.key), is: 'key of one inbox', role })
  }
  const cookie = (await new Api(server.url).post('/api/v1/session', ADMIN)).headers.getSetCookie()[0]!.split(';')[0]!
  list.push({ api: new Api(server.url, { Cookie: cookie }), is: 'no csrf', role: 'admin' })
  return list
}

function expected(route: string, who: Who, c: Caller): number | 'allowed' {
  const rank = ['agent', 'coach', 'lead', 'admin'].indexOf(c.role)
  const least = who === 'coach' ? 1 : who.startsWith('lead') ? 2 : who === 'admin' ? 3 : 0
  if (c.is === 'nobody') return 401
  if (c.is === 'no csrf' && !route.startsWith('GET')) return 403
  if (c.is !== 'agent' && c.is !== 'no csrf' && who === 'person') return 403
  if (c.is === 'key of one inbox' && least > 0 && who !== 'lead here') return 403
  return rank >= least ? 'allowed' : 403
}

test('every route stands in the table', async () => {
  const known = new Set(TABLE.map(([route]) => route))
  expect((await routes()).filter((r) => !CHAT.test(r) && !known.has(r))).toEqual([])
})

test('every route for every caller', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const all = await callers(server, inbox)
  const wrong: string[] = []
  for (const [route, who, body] of TABLE) {
    if (who === 'all' && !route.startsWith('GET')) continue
    for (const c of all) {
      if (who === 'all' && c.is !== 'nobody') continue
      const want = who === 'all' ? 'allowed' : expected(route, who, c)
      const got = await status(c.api, route, NOBODY, body)
      const isRight = want === 'allowed' ? got !== 401 && got !== 403 && got < 500 : got === want
      if (!isRight) wrong.push(`${route} by ${c.is} ${c.role}: ${got}, not ${want}`)
    }
  }
  expect(wrong).toEqual([])
})

test('what is in another inbox is as if it were not there', async ({ server }) => {
  const own = await server.api.apiInbox('Own')
  const other = await server.api.apiInbox('Other')
  const from = (id: string) => ({ contact: { external_id: id, name: `${id} moss` } })
  await server.api.say(own, 'o1', 'moss of ours', from('ours'))
  const { data: hidden } = await server.api.say(other, 'h1', 'moss of theirs', from('theirs'))
  const ticket = await server.api.must('GET', `/api/v1/tickets/${hidden.ticket_id}`)
  const ids: Record<string, number> = {
    inboxes: other, tickets: hidden.ticket_id, messages: hidden.message_id, contacts: ticket.contact.id,
  }
  const { password } = await server.addAgent('Bo', 'bo@example.org', 'agent', [own])
  const key = await server.api.must('POST', '/api/v1/keys', { name: 'one', role: 'agent', inbox_id: own })
  const wrong: string[] = []
  for (const [name, api] of [
    ['an agent of one inbox', await server.login('bo@example.org', password)],
    ['a key of one inbox', Api.withKey(server.url, key.key)],
  ] as [string, Api][]) {
    for (const [route, who, body] of TABLE) {
      const thing = /\/api\/v1\/(\w+)\/:id/.exec(route)?.[1] as string
      if (!ids[thing] || who === 'admin' || who === 'lead here' || (who === 'person' && name.startsWith('a key'))) continue
      const [method, path] = route.split(' ') as [string, string]
      const ask = async (id: number) => {
        const a = await api.request(method, path.replace(':id', String(id)).replace(':text', 'note'), body)
        return JSON.stringify({ ...a.json, request_id: '' }).replaceAll(String(id), 'ID') + a.status
      }
      const [there, absent] = [await ask(ids[thing]!), await ask(NOBODY)]
      if (there !== absent || !there.endsWith('404')) wrong.push(`${route} by ${name}: ${there} and ${absent}`)
    }
    for (const path of ['/tickets', '/contacts', '/inboxes', '/counts', '/search?q=moss', '/search?q=moss&kind=contact', '/tickets?q=moss', `/tickets?inbox=${other}`, `/tickets?contact=${ids.contacts}`]) {
      const text = (await api.get(`/api/v1${path}`)).text
      for (const id of Object.values(ids)) if (text.includes(String(id))) wrong.push(`${path} by ${name} shows ${id}`)
    }
    const topic = await api.get(`/api/v1/events?topics=ticket:${hidden.ticket_id}`)
    if (topic.status !== 404) wrong.push(`topic of a hidden ticket by ${name}: ${topic.status}`)
    const stream = await Stream.open(server.url, '/api/v1/events', (api as any).auth)
    const tag = `live ${name}`
    await server.api.say(other, `h ${tag}`, tag, from('theirs'))
    const { data: seen } = await server.api.say(own, `o ${tag}`, tag, from('ours'))
    await until('our own message', () => stream.events.some((e) => e.data?.message_id === seen.message_id))
    if (JSON.stringify(stream.events).includes(String(other))) wrong.push(`events show ${name} the other inbox`)
    stream.close()
  }
  expect(wrong).toEqual([])
})
