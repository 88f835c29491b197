// ETag and If-Match: of two people who edit the same thing, the second is told.
import { expect, test } from '../fixtures/test'

test('a stale If-Match is 412 and changes nothing', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello')
  const path = `/api/v1/tickets/${data.ticket_id}`
  const seen = await server.api.get(path)
  const etag = seen.headers.get('etag') as string
  expect(etag).toMatch(/^(W\/)?".+"$/)

  const first = await server.api.patch(path, { priority: 'high' }, { 'If-Match': etag })
  expect(first.status, first.text).toBe(200)
  expect(first.headers.get('etag')).not.toBe(etag)
  const second = await server.api.patch(path, { priority: 'low' }, { 'If-Match': etag })
  expect(second.status).toBe(412)
  expect((await server.api.get(path)).data.priority).toBe('high')

  const fresh = await server.api.patch(path, { priority: 'low' }, { 'If-Match': first.headers.get('etag') as string })
  expect(fresh.status).toBe(200)
})

test('of twenty edits at once with one ETag, one wins', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello')
  const path = `/api/v1/tickets/${data.ticket_id}`
  const etag = (await server.api.get(path)).headers.get('etag') as string
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => server.api.patch(path, { subject: `edit ${i}` }, { 'If-Match': etag })),
  )
  expect(answers.filter((a) => a.status === 200)).toHaveLength(1)
  expect(answers.filter((a) => a.status === 412)).toHaveLength(19)
})

test('without If-Match the edit is taken', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello')
  const answer = await server.api.patch(`/api/v1/tickets/${data.ticket_id}`, { status: 'pending', tags: ['vip', 'refund'] })
  expect(answer.status).toBe(200)
  expect(answer.data).toMatchObject({ status: 'pending' })
  expect([...answer.data.tags].sort()).toEqual(['refund', 'vip'])
})
