// Tickets over the API: reply, note, assign, snooze, reopen, search, events.
import { expect, test } from '../fixtures/test'
import { until } from '../fixtures/process'

test('a reply and a note are stored as such', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello')
  const path = `/api/v1/tickets/${data.ticket_id}/messages`
  const reply = await server.api.post(path, { kind: 'reply', text: 'We are on it.' })
  expect(reply.status).toBe(201)
  expect(reply.data).toMatchObject({ id: expect.any(Number), kind: 'reply', state: expect.any(String) })
  const note = await server.api.post(path, { kind: 'note', text: 'Customer since 2012.' })
  expect(note.data).toMatchObject({ kind: 'note' })
  expect((await server.api.post(path, { kind: 'incoming', text: 'x' })).status).toBe(422)
  expect((await server.api.post(path, { kind: 'reply', text: '' })).status).toBe(422)
  await until('the reply to be delivered', async () =>
    ['sent', 'delivered'].includes((await server.api.get(`/api/v1/messages/${reply.data.id}`)).data.state))
  const ticket = await server.api.get(`/api/v1/tickets/${data.ticket_id}`)
  expect(ticket.data.waiting_since).toBeNull()
})

const reopening: { from: string; text: string; to: string }[] = [
  { from: 'pending', text: 'It still does not work', to: 'open' },
  { from: 'solved', text: 'It broke again', to: 'open' },
  { from: 'solved', text: 'Thanks!', to: 'solved' },
  { from: 'pending', text: 'Thank you so much', to: 'pending' },
]
for (const row of reopening)
  test(`"${row.text}" to a ${row.from} ticket leaves it ${row.to}`, async ({ server }) => {
    const inbox = await server.api.apiInbox()
    const { data } = await server.api.say(inbox, '1', 'It does not work')
    const path = `/api/v1/tickets/${data.ticket_id}`
    await server.api.must('POST', `${path}/messages`, { kind: 'reply', text: 'Try again, please.' })
    await server.api.must('PATCH', path, { status: row.from })
    const answer = await server.api.say(inbox, '2', row.text)
    expect(answer.data.ticket_id).toBe(data.ticket_id)
    const ticket = await server.api.get(path)
    expect(ticket.data.status_category).toBe(row.to)
    if (row.to === 'open') expect(ticket.data.waiting_since).toBeTruthy()
    else expect(ticket.data.waiting_since).toBeNull()
    expect((await server.api.all(`${path}/messages`)).filter((m) => m.text === row.text)).toHaveLength(1)
  })

test('a snoozed ticket wakes when the customer writes', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello')
  const until_ = new Date(Date.now() + 86_400_000).toISOString()
  const snoozed = await server.api.post(`/api/v1/tickets/${data.ticket_id}/snooze`, { until: until_ })
  expect(snoozed.status, snoozed.text).toBe(200)
  expect((await server.api.get(`/api/v1/tickets/${data.ticket_id}`)).data.snoozed_until).toBe(until_)
  await server.api.say(inbox, '2', 'are you there?')
  expect((await server.api.get(`/api/v1/tickets/${data.ticket_id}`)).data.snoozed_until).toBeNull()
})

test('a snooze ends by itself', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello')
  await server.api.must('POST', `/api/v1/tickets/${data.ticket_id}/snooze`, { until: new Date(Date.now() + 1500).toISOString() })
  await until('the snooze to end', async () =>
    (await server.api.get(`/api/v1/tickets/${data.ticket_id}`)).data.snoozed_until === null, 20_000)
})

test('search finds messages, subjects and contacts, newest first', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  await server.api.say(inbox, '1', 'the zebra ate my playlist', { contact: { external_id: 'a', name: 'Ana' } })
  const crossing = await server.api.say(inbox, '2', 'nothing here', { contact: { external_id: 'b', name: 'Bo' }, subject: 'Zebra crossing' })
  await server.api.say(inbox, '3', 'nothing there', { contact: { external_id: 'c', name: 'Zebra Smith' } })
  const hits = (await server.api.get('/api/v1/search?q=zebra')).data
  expect(hits).toHaveLength(3)
  expect(hits.filter((h: any) => h.kind === 'contact')).toHaveLength(1)
  expect(hits.find((h: any) => h.title === 'Zebra crossing')?.ticket_id).toBe(crossing.data.ticket_id)
  const times = hits.filter((h: any) => h.kind !== 'contact').map((h: any) => h.at)
  expect([...times].sort().reverse()).toEqual(times)
  expect((await server.api.get('/api/v1/search?q=zebra%20playlist')).data.map((h: any) => h.kind)).toContain('message')
  expect((await server.api.get('/api/v1/search?q=unicorn')).data).toEqual([])
  for (const odd of ['"', '*', 'a OR', 'NEAR(', "'; DROP TABLE ticket", '(', 'a:b', '^', '%', '-x', '\\'])
    expect((await server.api.get(`/api/v1/search?q=${encodeURIComponent(odd)}`)).status, odd).toBeLessThan(423)
})

test('events tell of a message once, and resume from the cursor without loss or repeats', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const stream = await server.stream()
  expect(stream.status).toBe(200)
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  const first = await server.api.say(inbox, '1', 'hello')
  const told = await until('the event', () => stream.events.find((e) => e.event === 'message.created' && e.data.message_id === first.data.message_id))
  expect(told.id).toBeTruthy()
  stream.close()
  const missed = await server.api.say(inbox, '2', 'again')
  const resumed = await server.stream('/api/v1/events', { 'Last-Event-ID': told.id as string })
  await until('the missed event', () => resumed.events.find((e) => e.event === 'message.created' && e.data.message_id === missed.data.message_id))
  expect(resumed.events.filter((e) => e.data?.message_id === first.data.message_id && e.event === 'message.created')).toEqual([])
  // An event that the replay and the stream both hold has one id, by which a client drops it.
  const told2 = resumed.events.filter((e) => e.data?.message_id === missed.data.message_id && e.event === 'message.created')
  expect(new Set(told2.map((e) => e.id)).size).toBe(1)
  resumed.close()
})

test('a cursor older than the log gets a reset', async ({ server }) => {
  const stream = await server.stream('/api/v1/events', { 'Last-Event-ID': '0' })
  const nonsense = await server.stream('/api/v1/events', { 'Last-Event-ID': 'nonsense' })
  await until('the reset', () => nonsense.events.find((e) => e.event === 'reset'))
  stream.close()
  nonsense.close()
})

test('health, readiness and metrics', async ({ server }) => {
  expect((await fetch(server.url + '/healthz')).status).toBe(200)
  expect((await fetch(server.url + '/readyz')).status).toBe(200)
  const metrics = await fetch(server.url + '/metrics', { headers: { Authorization: `Bearer ${server.key}` } })
  expect(metrics.headers.get('content-type')).toContain('text/plain')
  expect(await metrics.text()).toMatch(/^# TYPE antiphon_\w+ (counter|gauge|histogram)$/m)
})
