// Cards and the like are masked for everybody; the words under the masks, and the raw mail that
// holds them, are for those with the right, and leave a line in the audit log.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'

const CARD = '4111 1111 1111 1111'

test('a message says where it is masked', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', `für ${CARD}, bitte`)
  const [message] = await server.api.all(`/api/v1/tickets/${data.ticket_id}/messages`)
  expect(message.text).toBe('für [card], bitte')
  expect(message.sealed).toEqual([{ at: 5, n: 6, kind: 'card' }])
  expect((await server.api.get(`/api/v1/messages/${data.message_id}`)).data.sealed).toEqual(message.sealed)
  const plain = await server.api.say(inbox, '2', 'thank you')
  expect((await server.api.get(`/api/v1/messages/${plain.data.message_id}`)).data.sealed).toEqual([])
})

test('a note is masked as a customer\'s words are, an answer goes out as typed', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'hello')
  const path = `/api/v1/tickets/${data.ticket_id}/messages`
  const note = await server.api.must('POST', path, { kind: 'note', text: `charged ${CARD} twice` })
  expect(note.text).toBe('charged [card] twice')
  expect(note.sealed).toHaveLength(1)
  expect((await server.api.must('POST', `/api/v1/messages/${note.id}/reveal`)).text).toContain(CARD)
  const reply = await server.api.must('POST', path, { kind: 'reply', text: `not ${CARD}, please` })
  expect(reply).toMatchObject({ text: `not ${CARD}, please`, sealed: [] })
})

test('the raw mail of a masked message takes the right, and is audited', async ({ server }) => {
  const inbox = await server.api.apiInbox('Old')
  const file = join(server.dir, 'old.mbox')
  const mail = (id: string, text: string) =>
    `From ana@example.org Tue Mar  3 10:00:00 2026\nFrom: Ana <ana@example.org>\nMessage-ID: <${id}@example.org>\n\n${text}\n\n`
  await writeFile(file, mail('1', `my card is ${CARD}`) + mail('2', 'it skips'))
  expect((await server.cli('import', [file, '--inbox', 'Old'])).code).toBe(0)
  const { password } = await server.addAgent('Bo', 'bo@example.org')
  const bo = await server.login('bo@example.org', password)
  const lines = async () => (await server.api.all('/api/v1/audit')).filter((l) => l.action === 'message.revealed')
  for (const ticket of await server.api.all(`/api/v1/tickets?inbox=${inbox}&status=closed`)) {
    const [m] = await server.api.all(`/api/v1/tickets/${ticket.id}/messages`)
    const raw = `/api/v1/messages/${m.id}/raw`
    const isSealed = m.sealed.length > 0
    expect(m.text).not.toContain(CARD)
    expect((await bo.get(raw)).status).toBe(isSealed ? 403 : 200)
    const before = (await lines()).length
    const got = await server.api.get(raw)
    expect(got.status).toBe(200)
    expect(got.text.includes(CARD)).toBe(isSealed)
    expect((await lines()).length - before).toBe(isSealed ? 1 : 0)
  }
})
