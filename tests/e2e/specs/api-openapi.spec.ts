// What the server really answers fits the OpenAPI file that it serves: every success and every problem.
import Ajv from 'ajv/dist/2020'
import { expect, test } from '../fixtures/test'
import { Api, type Answer } from '../fixtures/api'
import { until } from '../fixtures/process'

/** Checks answers against the served description. */
class Described {
  readonly wrong: string[] = []
  readonly seen = new Set<string>()
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })

  constructor(private readonly document: any) {
    this.ajv.addSchema({ ...document, $id: 'openapi' }, 'openapi')
  }

  /** The path of the description that a URL is of. */
  private template(url: string): string | undefined {
    const path = url.split('?')[0]
    const fits = Object.keys(this.document.paths).filter((t) => {
      const pattern = t.replace(/\{[^}]+\}/g, '[^/]+').replace(/[.]/g, '\\.')
      return new RegExp(`^${pattern}$`).test(path) || new RegExp(`^${pattern}$`).test(path.replace(/^\/api\/v1/, ''))
    })
    return fits.sort((a, b) => a.split('{').length - b.split('{').length)[0]
  }

  check(method: string, url: string, answer: Answer) {
    const template = this.template(url)
    const operation = template && this.document.paths[template][method.toLowerCase()]
    const name = `${method} ${template ?? url} ${answer.status}`
    if (!operation) {
      this.wrong.push(`${name}: not described`)
      return
    }
    this.seen.add(`${method} ${template}`)
    const responses = operation.responses
    const key = [String(answer.status), `${String(answer.status)[0]}XX`, 'default'].find((k) => responses[k])
    if (!key) {
      this.wrong.push(`${name}: status not described (${Object.keys(responses).join()})`)
      return
    }
    const type = (answer.headers.get('content-type') ?? '').split(';')[0]
    const response = responses[key].$ref ? this.resolve(responses[key].$ref) : responses[key]
    if (!response.content) {
      if (answer.text !== '') this.wrong.push(`${name}: a body where none is described`)
      return
    }
    const content = response.content[type]
    if (!content) {
      this.wrong.push(`${name}: type ${type} not described`)
      return
    }
    const at = response === responses[key]
      ? ['paths', template, method.toLowerCase(), 'responses', key, 'content', type, 'schema']
      : [...responses[key].$ref.slice(2).split('/'), 'content', type, 'schema']
    const pointer = at.map((p) => encodeURIComponent(String(p).replace(/~/g, '~0').replace(/\//g, '~1'))).join('/')
    const validate = this.ajv.getSchema(`openapi#/${pointer}`)
    if (!validate) this.wrong.push(`${name}: no schema`)
    else if (!validate(answer.json))
      this.wrong.push(`${name}: ${this.ajv.errorsText(validate.errors)} in ${answer.text.slice(0, 300)}`)
  }

  private resolve(ref: string): any {
    return ref.slice(2).split('/').reduce((o, k) => o[k], this.document)
  }
}

test('answers fit the description', async ({ server }) => {
  const served = await server.api.get('/api/v1/openapi.json')
  expect(served.status).toBe(200)
  expect(served.json.openapi).toMatch(/^3\.1\./)
  const described = new Described(served.json)
  const browser = await server.login()
  const ask = async (method: string, url: string, body?: unknown, api: Api = server.api) => {
    const answer = await api.request(method, url, body)
    described.check(method, url, answer)
    return answer
  }
  const v1 = '/api/v1'
  const inbox = (await ask('POST', `${v1}/inboxes`, { name: 'Shop', channel: 'api' })).data.id
  const said = await ask('POST', `${v1}/inboxes/${inbox}/messages`, {
    external_id: '1', contact: { external_id: 'c', name: 'Ana', email: 'ana@example.org', attributes: { a: 'b' } },
    text: 'hello', context: { device: 'x' },
  })
  const { message_id: message, ticket_id: ticket } = said.data
  await ask('POST', `${v1}/inboxes/${inbox}/messages`, { external_id: '2' })
  for (const path of [
    '/inboxes', `/inboxes/${inbox}`, `/messages/${message}`, '/tickets', '/tickets?status=new&limit=1', '/tickets?limit=0',
    `/tickets/${ticket}`, '/tickets/123', `/tickets/${ticket}/messages`, `/tickets/${ticket}/drafts`, '/contacts',
    '/search?q=hello', '/me', '/agents', '/teams', '/tags', '/statuses', '/keys', '/audit', '/counts', '/quarantine', '/demo', '/setup',
  ])
    await ask('GET', v1 + path, undefined, browser)
  const contact = (await browser.get(`${v1}/tickets/${ticket}`)).data.contact.id
  await ask('GET', `${v1}/contacts/${contact}`)
  await ask('POST', `${v1}/tickets/${ticket}/messages`, { kind: 'reply', text: 'hi' })
  await ask('POST', `${v1}/tickets/${ticket}/messages`, { kind: 'note', text: 'a note' }, browser)
  await ask('PUT', `${v1}/tickets/${ticket}/drafts/reply`, { text: 'half a' }, browser)
  await ask('GET', `${v1}/tickets/${ticket}/drafts`, undefined, browser)
  await ask('PATCH', `${v1}/tickets/${ticket}`, { status: 'pending', tags: ['vip'] }, browser)
  await ask('PATCH', `${v1}/tickets/${ticket}`, { colour: 'red' }, browser)
  const me = (await browser.get(`${v1}/me`)).data.id
  await ask('POST', `${v1}/tickets/${ticket}/assign`, { assignee_id: me }, browser)
  await ask('POST', `${v1}/tickets/${ticket}/snooze`, { until: new Date(Date.now() + 1e7).toISOString() }, browser)
  await ask('POST', `${v1}/tickets/${ticket}/seen`, { message_id: message }, browser)
  await ask('GET', `${v1}/tickets/${ticket}/messages`, undefined, browser)
  const team = (await ask('POST', `${v1}/teams`, { name: 'Billing' })).data
  await ask('PATCH', `${v1}/teams/${team.id}`, { name: 'Money' })
  await ask('POST', `${v1}/agents`, { name: 'Bo', email: 'bo@example.org', role: 'agent' })
  const key = (await ask('POST', `${v1}/keys`, { name: 'k', role: 'agent' })).data
  await ask('DELETE', `${v1}/keys/${key.id}`)
  await ask('GET', `${v1}/tickets`, undefined, new Api(server.url))
  await ask('GET', `${v1}/audit`, undefined, browser)
  expect(described.wrong).toEqual([])
  expect(described.seen.size).toBeGreaterThan(30)
})

test('live events fit the description', async ({ server }) => {
  const served = (await server.api.get('/api/v1/openapi.json')).json
  const content = served.paths['/api/v1/events'].get.responses['2XX'].content['text/event-stream']
  const data = content['x-item-schema'].properties.data.contentSchema
  expect(data.$ref).toBe('#/components/schemas/LiveEvent')
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema({ ...served, $id: 'openapi' }, 'openapi')
  const fits = (name: string) => ajv.getSchema(`openapi#/components/schemas/${name}`)!

  const streams = [await server.stream(), await server.stream('/api/v1/events?topics=list,counts')]
  const inbox = await server.api.apiInbox()
  const { data: said } = await server.api.say(inbox, '1', 'hello')
  const browser = await server.login()
  await browser.must('POST', `/api/v1/tickets/${said.ticket_id}/presence`, { state: 'viewing' })
  await browser.must('POST', `/api/v1/tickets/${said.ticket_id}/seen`, { message_id: said.message_id })
  await server.api.must('POST', `/api/v1/tickets/${said.ticket_id}/messages`, { kind: 'reply', text: 'hi' })
  await server.addAgent('Bo', 'bo@example.org', 'agent', [inbox])
  const wrong: string[] = []
  for (const s of streams) {
    // In a list one change of a ticket takes the place of another that is as fresh.
    const all = ['message.created', 'ticket.changed', 'ticket.seen']
    const kinds = ['hello', 'agent.changed', 'counts.changed', 'presence.changed', ...(s === streams[0] ? all : [])]
    await until(kinds.join(), () => kinds.every((k) => s.events.some((e) => e.event === k)))
    for (const e of s.events) {
      const isBare = ['hello', 'reset', 'counts.stale'].includes(e.event!)
      const is = fits(e.event === 'counts.changed' ? 'Count' : 'LiveEvent')
      if (isBare ? JSON.stringify(e.data) !== '{}' : !is(e.data)) wrong.push(`${e.event}: ${JSON.stringify(e.data)}: ${ajv.errorsText(is.errors)}`)
      if (!isBare && e.event !== 'counts.changed' && e.data.kind !== e.event) wrong.push(`${e.event} says ${e.data.kind}`)
    }
    s.close()
  }
  expect(wrong).toEqual([])
})

test('every JSON route of the description is in the issue\'s form', async ({ server }) => {
  const { json } = await server.api.get('/api/v1/openapi.json')
  for (const path of ['/inboxes', '/inboxes/{id}/messages', '/messages/{id}', '/tickets', '/tickets/{id}', '/tickets/{id}/messages', '/tickets/{id}/assign', '/tickets/{id}/snooze', '/contacts', '/contacts/{id}', '/search', '/events', '/me'])
    expect(Object.keys(json.paths).map((p) => p.replace(/^\/api\/v1/, '').replace(/\{[^}]+\}/g, '{id}'))).toContain(path)
})
