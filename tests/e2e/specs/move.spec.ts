// antiphon move: a desk that began in a folder goes on in PostgreSQL, with the same ids, numbers, words and files.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import type { Server } from '../fixtures/server'

const mbox = `From ana@example.org Tue Mar  3 10:00:00 2026
From: Ana Lima <ana@example.org>
Message-ID: <1@example.org>
Subject: A wobbly intro
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

The first bar wobbles. \u266a
--b
Content-Type: text/plain; name=log.txt
Content-Disposition: attachment; filename=log.txt

wobble
--b--
`

/** All tickets, by the counts of the whole desk. */
async function counted(server: Server): Promise<number> {
  const counts: { of?: string; n: number }[] = (await server.api.get('/api/v1/counts')).data
  return counts.filter((c) => (c.of ?? 'all') === 'all').reduce((sum, c) => sum + c.n, 0)
}

/** Everything a screen shows, without what time moves on. */
async function picture(server: Server) {
  const tickets = await server.api.all('/api/v1/tickets')
  const threads = await Promise.all(tickets.map((t) => server.api.all(`/api/v1/tickets/${t.id}/messages`)))
  const counts = (await server.api.get('/api/v1/counts')).data
  const contacts = await server.api.all('/api/v1/contacts')
  const found = (await server.api.get('/api/v1/search?q=wobbles')).data.map((h: { message_id: number }) => h.message_id)
  const bySubject = (await server.api.get('/api/v1/search?q=wobbly')).data.length
  const key = (c: object) => JSON.stringify(c)
  return { tickets, threads, counts: counts.map(key).sort(), contacts, found, bySubject }
}

test('a folder moves into PostgreSQL and is the same desk', async ({ newServer, postgres }) => {
  const old = await newServer()
  await old.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  const inbox = await old.api.apiInbox()
  for (let i = 0; i < 20; i++) await old.api.say(inbox, `m${i}`, `words ${i}`, { contact: { external_id: `c${i % 7}`, name: `Cy ${i % 7}` } })
  const first = (await old.api.all('/api/v1/tickets'))[0]
  await old.api.must('POST', `/api/v1/tickets/${first.id}/messages`, { kind: 'reply', text: 'an answer' })
  await old.api.must('PATCH', `/api/v1/tickets/${first.id}`, { status: 'solved', tags: ['moved'], priority: 'high' })
  const file = join(old.dir, 'old.mbox')
  await writeFile(file, mbox)
  expect((await old.cli('import', [file, '--inbox', 'Old'])).code).toBe(0)
  await expect.poll(() => counted(old), 'the counts follow an import').toBe(8)
  const before = await picture(old)
  expect(before.found).toHaveLength(1)
  await old.stop()

  const store = await (await postgres()).createDatabase(`moved_${process.pid}`)
  const moved = await old.cli('move', ['--store', store])
  expect(moved.code, moved.stderr).toBe(0)
  const again = await old.cli('move', ['--store', store])
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('in use')])

  const copy = await newServer({ joins: old, store })
  expect(await picture(copy)).toEqual(before)
  const doctor = await copy.cli('doctor')
  expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0)
  const next = await copy.api.say(inbox, 'new', 'after the move', { contact: { external_id: 'stranger' } })
  expect(next.status).toBe(202)
  const ticket = (await copy.api.get(`/api/v1/tickets/${next.data.ticket_id}`)).data
  expect(ticket.number).toBeGreaterThan(Math.max(...before.tickets.map((t) => t.number)))
  expect((await copy.api.say(inbox, 'm3', 'words 3')).data.duplicate).toBe(true)
})
