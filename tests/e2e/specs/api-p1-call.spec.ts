// A P1 calls somebody, and shows what the desk does then, over the API.
import { expect, test } from '../fixtures/test'
import { until } from '../fixtures/process'

const HARM = 'I cannot go on, I want to kill myself tonight'

test('a P1 calls somebody until they have it', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const stream = await server.stream()
  const { data } = await server.api.say(inbox, '1', HARM)
  await server.api.say(inbox, '2', 'my playlist is gone', { contact: { external_id: 'bo', name: 'Bo' } })
  await until('the call', () => stream.events.find((e) => e.event === 'page.changed' && e.data.ticket_id === data.ticket_id))
  const open = await until('a letter', async () => {
    const pages = await server.api.all('/api/v1/pages')
    expect(pages).toHaveLength(1)
    return pages[0].tries ? pages[0] : undefined
  })
  expect(open).toMatchObject({ ticket_id: data.ticket_id, number: expect.any(Number), level: 'P1', kind: 'self_harm', ended: null, acked_by: null, acked_at: null })
  expect(open.paged).toHaveLength(1)
  const { password } = await server.addAgent('Bo', 'bo@example.org')
  const bo = await server.login('bo@example.org', password)
  const acked = await bo.request('POST', `/api/v1/pages/${open.id}/ack`)
  expect(acked.status, acked.text).toBe(200)
  expect(acked.data).toMatchObject({ ended: 'acked', acked_by: 'Bo', acked_at: expect.any(String) })
  expect((await server.api.must('POST', `/api/v1/pages/${open.id}/ack`)).acked_by).toBe('Bo')
  expect((await server.api.request('POST', '/api/v1/pages/999/ack')).status).toBe(404)
  expect((await server.api.get('/api/v1/pages?after=nonsense')).status).toBe(422)
  stream.close()
})

test('an answer ends the call, and other inboxes see nothing of it', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const other = await server.api.apiInbox('Other')
  const { data } = await server.api.say(inbox, '1', HARM)
  const [page] = await server.api.all('/api/v1/pages')
  const { password } = await server.addAgent('Cy', 'cy@example.org', 'agent', [other])
  const cy = await server.login('cy@example.org', password)
  expect((await cy.get('/api/v1/pages')).data).toEqual([])
  expect((await cy.request('POST', `/api/v1/pages/${page.id}/ack`)).status).toBe(404)
  expect((await cy.get(`/api/v1/protocols?ticket=${data.ticket_id}`)).status).toBe(404)
  const admin = await server.login()
  await admin.must('POST', `/api/v1/tickets/${data.ticket_id}/messages`, { kind: 'reply', text: 'I am here.' })
  await until('its end', async () => (await server.api.all('/api/v1/pages'))[0].ended === 'answered')
})

test('the protocol of a ticket comes with help lines of the contact\'s country', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const from = (locale: string | null, more = {}) => ({ contact: { external_id: `c ${locale}`, name: 'Kim', locale, ...more } })
  const countries = async (id: string, more: Record<string, unknown>) => {
    const { data } = await server.api.say(inbox, id, HARM, more)
    const [p] = (await server.api.get(`/api/v1/protocols?ticket=${data.ticket_id}`)).data
    expect(p).toMatchObject({ kind: 'self_harm', locale: 'en', is_own: false })
    expect(p.steps.length).toBeGreaterThan(2)
    for (const line of p.helplines) expect(line.note).toContain('check before giving')
    expect(p.helplines.at(-1).country).toBeNull()
    return [...new Set(p.helplines.map((l: any) => l.country))]
  }
  expect(await countries('1', from('pt-BR'))).toEqual(['BR', null])
  expect(await countries('2', from(null))).toEqual([null])
  expect(await countries('3', from('de', { phone: '+49 30 901820' }))).toEqual(['DE', null])
  expect(await countries('4', { ...from('en-US'), context: { region: 'FR' } })).toEqual(['FR', null])
  const calm = await server.api.say(inbox, '5', 'my playlist is gone', { contact: { external_id: 'calm', name: 'Bo' } })
  expect((await server.api.get(`/api/v1/protocols?ticket=${calm.data.ticket_id}`)).data).toEqual([])
})
