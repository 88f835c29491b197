// Triage over HTTP: what is read, said, learnt, trained and refused; and a kill in the middle of it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { pause, until } from '../fixtures/process'
import type { Server } from '../fixtures/server'

const WORDS: Record<string, string[]> = {
  money: ['refund', 'invoice', 'charged', 'payment', 'receipt', 'bill'],
  faults: ['crash', 'freeze', 'error', 'update', 'restart', 'screen'],
  music: ['playlist', 'album', 'songs', 'library', 'artist', 'chorus'],
}
const CHATTER = ['hello there', 'please help', 'since monday', 'on my phone', 'again', 'thank you']

/** A small taxonomy, which trains in a moment. */
function taxonomy(keys = Object.keys(WORDS)): string {
  const lines: object[] = [{ queue: 'office', name: 'Office' }]
  for (const key of keys) lines.push({ category: key, queue: 'office', name: key })
  for (const key of keys)
    for (let i = 0; i < 80; i++)
      lines.push({
        example: `${CHATTER[i % 6]} ${WORDS[key][i % 6]} ${CHATTER[(i * 5 + 1) % 6]} ${WORDS[key][(i + 1 + (i % 5)) % 6]} ${i}`,
        category: key,
        language: 'en',
      })
  return lines.map((l) => JSON.stringify(l)).join('\n') + '\n'
}

async function put(server: Server, text: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const file = join(server.dir, 'taxonomy.jsonl')
  writeFileSync(file, text)
  return server.cli('triage', ['taxonomy', file])
}

const models = async (server: Server) => (await server.api.get('/api/v1/triage/models')).data as any[]
const live = async (server: Server) => (await models(server)).find((m) => m.state === 'live')

async function trained(server: Server): Promise<void> {
  expect((await put(server, taxonomy())).code).toBe(0)
  await until('a model of its own', async () => Boolean(await live(server)) && (await server.api.get('/api/v1/triage')).data.labels === 3, 60_000)
}

const triage = async (server: Server, ticket: number) => (await server.api.get(`/api/v1/tickets/${ticket}/triage`)).data

test('a message is read, and one word about it is learnt at once', async ({ server }) => {
  await trained(server)
  const inbox = await server.api.apiInbox()
  const first = (await server.api.say(inbox, 'm1', 'the violet teapot whistles a refund at noon')).data
  const read = await triage(server, first.ticket_id)
  expect(['suggested', 'blind']).toContain(read.decision)
  expect((await server.api.get(`/api/v1/tickets/${first.ticket_id}`)).data.category).toBeNull()
  const said = await server.api.must('POST', `/api/v1/tickets/${first.ticket_id}/triage`, { category: 'music', urgency: 'P2', language: 'de' })
  expect(said).toMatchObject({ category: 'music', urgency: 'P2', language: 'de', is_corrected: true })
  await until('the word to be recalled', async () => {
    const key = `again-${Date.now()}`
    const next = (await server.api.say(inbox, key, 'the violet teapot whistles a refund at noon', { contact: { external_id: key } })).data
    const t = await triage(server, next.ticket_id)
    return t.decision === 'blind' || t.category === 'music'
  }, 10_000)
  const wrong = await server.api.patch(`/api/v1/tickets/${first.ticket_id}`, { category: 'no_such_thing' })
  expect(wrong.status).toBe(422)
})

test('a category that is taken away is said no more, and comes back', async ({ server }) => {
  await trained(server)
  const inbox = await server.api.apiInbox()
  const ticket = (await server.api.say(inbox, 'm1', 'please help invoice again payment')).data.ticket_id
  await server.api.must('PATCH', `/api/v1/tickets/${ticket}`, { category: 'money' })
  expect((await server.api.get('/api/v1/tickets?category=money')).data.map((t: any) => t.id)).toEqual([ticket])
  await server.api.must('DELETE', '/api/v1/categories/money')
  await until('two categories', async () => (await server.api.get('/api/v1/categories')).data.length === 2, 10_000)
  expect((await server.api.get(`/api/v1/tickets/${ticket}`)).data.category).toBe('money')
  expect((await put(server, taxonomy())).code).toBe(0)
  await until('three categories', async () => (await server.api.get('/api/v1/categories')).data.length === 3, 10_000)
})

test('the command line trains, lists, goes back, exports, and names a bad line', async ({ server }) => {
  await trained(server)
  const inbox = await server.api.apiInbox()
  const ticket = (await server.api.say(inbox, 'm1', 'my card 4111 1111 1111 1111 was charged, write to bo@example.org')).data.ticket_id
  await server.api.must('POST', `/api/v1/tickets/${ticket}/triage`, { category: 'money' })
  const told = await server.cli('triage', ['export'])
  expect(told.code, told.stderr).toBe(0)
  expect(told.stdout).toContain('money\tmy card [card] was charged')
  expect(told.stdout).not.toContain('1111')
  expect(told.stdout).not.toContain('bo@example.org')
  const listed = await server.cli('triage', ['models'])
  const rows = listed.stdout.trim().split('\n').map((line) => JSON.parse(line))
  expect(rows.map((r) => r.state).sort()).toEqual(['kept', 'live'])
  const back = await server.cli('triage', ['rollback'])
  expect(back.code, back.stderr).toBe(0)
  expect((await live(server)).version).toBe(back.stdout.trim())
  expect((await put(server, '{"queue":"x"}\n')).code).toBe(2)
  await server.stop()
  const again = await server.cli('triage', ['retrain'], { timeout: 120_000 })
  expect(again.code, again.stderr).toBe(0)
  await server.start()
  expect((await live(server)).version).toBe(again.stdout.trim())
})

test('kills during verdicts and trainings lose no word, and leave one model in force', async ({ server }) => {
  await trained(server)
  const inbox = await server.api.apiInbox()
  const said = new Map<number, string>()
  for (let round = 0; round < 4; round++) {
    await server.api.must('POST', '/api/v1/triage/retrain')
    let isOver = false
    const talking = (async () => {
      for (let i = 0; !isOver; i++) {
        try {
          const key = `k-${round}-${i}`
          const ticket = (await server.api.say(inbox, key, `please help ${key}`, { contact: { external_id: key } })).data.ticket_id
          const answer = await server.api.post(`/api/v1/tickets/${ticket}/triage`, { category: 'music' })
          if (answer.status === 200) said.set(ticket, 'music')
        } catch {
          return // it was killed
        }
      }
    })()
    await pause(100 + Math.random() * 500)
    await server.kill()
    isOver = true
    await talking
    await server.start()
  }
  expect(said.size).toBeGreaterThan(4)
  for (const [ticket, category] of said) {
    const seen = await triage(server, ticket)
    expect(seen.category).toBe(category)
    expect(seen.is_corrected).toBe(true)
  }
  expect((await models(server)).filter((m) => m.state === 'live')).toHaveLength(1)
  await until('the training to end', async () => (await server.api.get('/api/v1/triage')).data.state === 'idle', 60_000)
  await server.stop()
  const told = await server.cli('triage', ['export'])
  expect(told.stdout.trim().split('\n').length).toBeGreaterThanOrEqual(said.size)
  const doctor = await server.cli('doctor')
  expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0)
})
