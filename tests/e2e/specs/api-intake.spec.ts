// POST /inboxes/{id}/messages: acknowledged once, told apart by external_id, joined to the right ticket.
import { expect, test } from '../fixtures/test'

test('a name and the channel suffice for an api inbox', async ({ server }) => {
  const made = await server.api.post('/api/v1/inboxes', { name: 'Shop', channel: 'api' })
  expect(made.status).toBe(201)
  expect(made.data).toMatchObject({ name: 'Shop', channel: 'api' })
  expect(Number.isSafeInteger(made.data.id)).toBe(true)
  const list = await server.api.get('/api/v1/inboxes')
  expect(list.status).toBe(200)
  expect(list.data.map((i: any) => i.id)).toContain(made.data.id)
  expect(list.json.meta).toEqual({ has_more: false, after_cursor: null })
})

test('a message with every field is acknowledged and comes back', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const taken = await server.api.post(`/api/v1/inboxes/${inbox}/messages`, {
    external_id: 'order-77',
    contact: {
      external_id: 'c-9',
      name: 'Ana Lima',
      email: 'ana@example.org',
      phone: '+351210000000',
      locale: 'pt-PT',
      attributes: { plan: 'family', since: '2019' },
    },
    text: 'A minha playlist desapareceu.',
    subject: 'Playlist',
    thread_external_id: 'thread-1',
    sent_at: '2026-11-20T10:11:12.345Z',
    context: {
      device: 'Pixel 9', os: 'Android', os_version: '16', app_version: '9.1.2',
      region: 'PT', language: 'pt', plan: 'family', log_ref: 'log/1',
    },
  })
  expect(taken.status).toBe(202)
  expect(taken.data).toEqual({ message_id: expect.any(Number), ticket_id: expect.any(Number), duplicate: false })

  const message = await server.api.get(`/api/v1/messages/${taken.data.message_id}`)
  expect(message.status).toBe(200)
  expect(message.data).toMatchObject({
    id: taken.data.message_id,
    ticket_id: taken.data.ticket_id,
    kind: 'incoming',
    text: 'A minha playlist desapareceu.',
    author: { kind: 'contact', name: 'Ana Lima' },
    context: { device: 'Pixel 9', region: 'PT', log_ref: 'log/1' },
  })
  const ticket = await server.api.get(`/api/v1/tickets/${taken.data.ticket_id}`)
  expect(ticket.data).toMatchObject({
    subject: 'Playlist', status: 'new', status_category: 'new', channel: 'api', inbox_id: inbox,
    contact: { name: 'Ana Lima', email: 'ana@example.org' },
  })
  expect(ticket.data.waiting_since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const contact = await server.api.get(`/api/v1/contacts/${ticket.data.contact.id}`)
  expect(contact.data).toMatchObject({
    name: 'Ana Lima', email: 'ana@example.org', phone: '+351210000000', locale: 'pt-PT',
    attributes: { plan: 'family', since: '2019' },
  })
  expect(contact.data.identities).toEqual([
    expect.objectContaining({ inbox_id: inbox, channel: 'api', external_id: 'c-9' }),
  ])
})

test('the same external_id again changes nothing, whatever the body', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const first = await server.api.say(inbox, 'x-1', 'first words')
  const again = await server.api.say(inbox, 'x-1', 'other words', { contact: { external_id: 'c-2', name: 'Eve' } })
  expect(again.status).toBe(202)
  expect(again.data).toEqual({ ...first.data, duplicate: true })
  const texts = (await server.api.all(`/api/v1/tickets/${first.data.ticket_id}/messages`)).map((m) => m.text)
  expect(texts).toEqual(['first words'])
  expect(await server.api.all('/api/v1/contacts')).toHaveLength(1)
})

test('the same external_id in another inbox is another message', async ({ server }) => {
  const [one, two] = [await server.api.apiInbox('One'), await server.api.apiInbox('Two')]
  const a = await server.api.say(one, 'x-1', 'hello')
  const b = await server.api.say(two, 'x-1', 'hello')
  expect(b.data.duplicate).toBe(false)
  expect(b.data.message_id).not.toBe(a.data.message_id)
  expect(b.data.ticket_id).not.toBe(a.data.ticket_id)
})

test('fifty times the same message at once is one message', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const answers = await Promise.all(Array.from({ length: 50 }, () => server.api.say(inbox, 'x-1', 'hello')))
  expect(answers.map((a) => a.status)).toEqual(Array(50).fill(202))
  expect(new Set(answers.map((a) => a.data.message_id)).size).toBe(1)
  expect(answers.filter((a) => !a.data.duplicate)).toHaveLength(1)
})

test('a hundred messages of a new contact at once are one contact and one ticket', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => server.api.say(inbox, `x-${i}`, `message ${i}`)),
  )
  expect(new Set(answers.map((a) => a.status))).toEqual(new Set([202]))
  expect(new Set(answers.map((a) => a.data.ticket_id)).size).toBe(1)
  const messages = await server.api.all(`/api/v1/tickets/${answers[0].data.ticket_id}/messages`)
  expect(messages.filter((m) => m.kind === 'incoming')).toHaveLength(100)
  expect(await server.api.all('/api/v1/contacts')).toHaveLength(1)
})

test('a thread_external_id has its own ticket; without one the newest unclosed ticket is joined', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const a = await server.api.say(inbox, '1', 'about A', { thread_external_id: 'A' })
  const b = await server.api.say(inbox, '2', 'about B', { thread_external_id: 'B' })
  expect(b.data.ticket_id).not.toBe(a.data.ticket_id)
  const a2 = await server.api.say(inbox, '3', 'more about A', { thread_external_id: 'A' })
  expect(a2.data.ticket_id).toBe(a.data.ticket_id)
  const loose = await server.api.say(inbox, '4', 'and another thing')
  expect(loose.data.ticket_id).toBe(b.data.ticket_id)
})

test('to a closed ticket a message makes a new one; in the same thread it is linked', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const first = await server.api.say(inbox, '1', 'it broke', { thread_external_id: 'T' })
  await server.api.must('PATCH', `/api/v1/tickets/${first.data.ticket_id}`, { status: 'closed' })
  const loose = await server.api.say(inbox, '2', 'something else broke')
  expect(loose.data.ticket_id).not.toBe(first.data.ticket_id)
  const next = await server.api.say(inbox, '3', 'it broke again', { thread_external_id: 'T' })
  expect(next.data.ticket_id).not.toBe(first.data.ticket_id)
  expect((await server.api.get(`/api/v1/tickets/${next.data.ticket_id}`)).data.linked_id).toBe(first.data.ticket_id)
})
