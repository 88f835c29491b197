// Lists: keyset pages, limits, filters, orders.
import { expect, test } from '../fixtures/test'
import type { Server } from '../fixtures/server'

async function manyTickets(server: Server, n: number): Promise<{ inbox: number; ids: number[] }> {
  const inbox = await server.api.apiInbox()
  const ids: number[] = []
  for (let i = 0; i < n; i++) {
    const answer = await server.api.say(inbox, `m-${i}`, `message number ${i}`, {
      contact: { external_id: `c-${i}`, name: `Customer ${i}` },
    })
    ids.push(answer.data.ticket_id)
  }
  return { inbox, ids }
}

test('pages hold each ticket once, newest first, while more come in', async ({ server }) => {
  const { inbox, ids } = await manyTickets(server, 60)
  const seen: number[] = []
  let after: string | null = null
  for (let page = 0; ; page++) {
    const answer: any = await server.api.get(`/api/v1/tickets?limit=7${after ? `&after=${encodeURIComponent(after)}` : ''}`)
    expect(answer.status).toBe(200)
    seen.push(...answer.data.map((t: any) => t.id))
    await server.api.say(inbox, `late-${page}`, 'late', { contact: { external_id: `late-${page}` } })
    if (!answer.json.meta.has_more) break
    expect(answer.data).toHaveLength(7)
    after = answer.json.meta.after_cursor
    expect(after).toBeTruthy()
  }
  expect(seen).toEqual([...ids].reverse())
})

test('the limit is 25 unless said, and 1 to 100', async ({ server }) => {
  await manyTickets(server, 30)
  expect((await server.api.get('/api/v1/tickets')).data).toHaveLength(25)
  expect((await server.api.get('/api/v1/tickets?limit=1')).data).toHaveLength(1)
  expect((await server.api.get('/api/v1/tickets?limit=100')).data).toHaveLength(30)
  for (const bad of ['0', '101', '-1', 'x', '', '1e1', '99999999999999999999'])
    expect((await server.api.get(`/api/v1/tickets?limit=${bad}`)).status, bad).toBe(422)
})

test('a cursor that is not ours is 422', async ({ server }) => {
  for (const bad of ['x', '%00', '..', 'MTIzNDU2', "1'--", 'A'.repeat(500)])
    expect((await server.api.get(`/api/v1/tickets?after=${bad}`)).status, bad).toBe(422)
})

test('status takes categories, several by comma', async ({ server }) => {
  const { ids } = await manyTickets(server, 5)
  const set = (id: number, status: string) => server.api.must('PATCH', `/api/v1/tickets/${id}`, { status })
  await set(ids[1], 'pending')
  await set(ids[2], 'solved')
  await set(ids[3], 'closed')
  const of = async (query: string) => (await server.api.get(`/api/v1/tickets?${query}`)).data.map((t: any) => t.id).sort()
  expect(await of('status=pending')).toEqual([ids[1]])
  expect(await of('status=solved,closed')).toEqual([ids[2], ids[3]].sort())
  expect(await of('status=new,open')).toEqual([ids[0], ids[4]].sort())
  expect(await of('')).toEqual([...ids].sort())
  expect((await server.api.get('/api/v1/tickets?status=happy')).status).toBe(422)
})

test('assignee, team, tag, inbox and q filter', async ({ server }) => {
  const { inbox, ids } = await manyTickets(server, 4)
  const other = await server.api.apiInbox('Other')
  const elsewhere = await server.api.say(other, '1', 'an unusual zebra', { contact: { external_id: 'z' } })
  const me = (await server.login()).get('/api/v1/me')
  const team = await server.api.must('POST', '/api/v1/teams', { name: 'Billing' })
  await server.api.must('POST', `/api/v1/tickets/${ids[0]}/assign`, { assignee_id: (await me).data.id })
  await server.api.must('POST', `/api/v1/tickets/${ids[1]}/assign`, { team_id: team.id })
  await server.api.must('PATCH', `/api/v1/tickets/${ids[2]}`, { tags: ['vip'] })
  const of = async (query: string) => {
    const answer = await server.api.get(`/api/v1/tickets?limit=100&${query}`)
    expect(answer.status, answer.text).toBe(200)
    return answer.data.map((t: any) => t.id).sort()
  }
  expect(await of(`assignee=${(await me).data.id}`)).toEqual([ids[0]])
  expect(await of(`team=${team.id}`)).toEqual([ids[1]])
  expect(await of('tag=vip')).toEqual([ids[2]])
  expect(await of(`inbox=${inbox}`)).toEqual([...ids].sort())
  expect(await of('q=zebra')).toEqual([elsewhere.data.ticket_id])
  expect(await of('assignee=none')).toEqual([ids[1], ids[2], ids[3], elsewhere.data.ticket_id].sort())
})

test('sort=waiting shows who has waited longest first', async ({ server }) => {
  const { ids, inbox } = await manyTickets(server, 3)
  await server.api.must('POST', `/api/v1/tickets/${ids[0]}/messages`, { kind: 'reply', text: 'on it' })
  await server.api.say(inbox, 'more', 'still broken', { contact: { external_id: 'c-0' } })
  const waiting = (await server.api.get('/api/v1/tickets?sort=waiting&status=new,open')).data.map((t: any) => t.id)
  expect(waiting).toEqual([ids[1], ids[2], ids[0]])
})

test('a ticket\'s messages come oldest first', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const first = await server.api.say(inbox, '1', 'one')
  await server.api.say(inbox, '2', 'two')
  await server.api.must('POST', `/api/v1/tickets/${first.data.ticket_id}/messages`, { kind: 'note', text: 'three' })
  await server.api.must('POST', `/api/v1/tickets/${first.data.ticket_id}/messages`, { kind: 'reply', text: 'four' })
  const messages = await server.api.all(`/api/v1/tickets/${first.data.ticket_id}/messages`, 1)
  expect(messages.filter((m) => m.kind !== 'activity').map((m) => [m.kind, m.text])).toEqual([
    ['incoming', 'one'], ['incoming', 'two'], ['note', 'three'], ['reply', 'four'],
  ])
  const times = messages.map((m) => m.created_at)
  expect([...times].sort()).toEqual(times)
})
