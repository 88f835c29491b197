// Two nodes on one PostgreSQL: what comes in at one is seen live at the other, and each once.
import { expect, test } from '../fixtures/test'
import { until } from '../fixtures/process'

test('a message that comes in at one node is told live at the other', async ({ newServer }) => {
  const one = await newServer()
  const two = await newServer({ joins: one })
  const inbox = await one.api.apiInbox()
  const [atOne, atTwo] = [await one.stream(), await two.stream()]
  const taken = await one.api.say(inbox, '1', 'hello')
  const back = await two.api.say(inbox, '2', 'hello again')
  for (const stream of [atOne, atTwo])
    for (const id of [taken.data.message_id, back.data.message_id])
      await until('both messages at both nodes', () =>
        stream.events.some((e) => e.event === 'message.created' && e.data.message_id === id))
  for (const stream of [atOne, atTwo])
    expect(stream.events.filter((e) => e.event === 'message.created')).toHaveLength(2)
  expect(back.data.ticket_id).toBe(taken.data.ticket_id)
  atOne.close()
  atTwo.close()
})

test('a hundred messages of a new contact at once on two nodes: one contact, one ticket, each once', async ({ newServer }) => {
  const one = await newServer()
  const two = await newServer({ joins: one })
  const inbox = await one.api.apiInbox()
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => (i % 2 ? one : two).api.say(inbox, `x-${i >> 1}`, `message ${i >> 1}`)),
  )
  expect(new Set(answers.map((a) => a.status))).toEqual(new Set([202]))
  expect(new Set(answers.map((a) => a.data.ticket_id)).size).toBe(1)
  expect(answers.filter((a) => a.data.duplicate)).toHaveLength(100)
  expect(new Set(answers.map((a) => a.data.message_id)).size).toBe(100)
  expect(await two.api.all('/api/v1/contacts')).toHaveLength(1)
  const messages = await two.api.all(`/api/v1/tickets/${answers[0].data.ticket_id}/messages`)
  expect(messages.filter((m) => m.kind === 'incoming')).toHaveLength(100)
  await one.stop()
  await two.stop()
  const doctor = await one.cli('doctor')
  expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0)
})

test('one node dies, the other goes on', async ({ newServer }) => {
  const one = await newServer()
  const two = await newServer({ joins: one })
  const inbox = await one.api.apiInbox()
  await one.kill()
  const answer = await two.api.say(inbox, '1', 'hello')
  expect(answer.status).toBe(202)
  await one.start()
  expect((await one.api.get(`/api/v1/messages/${answer.data.message_id}`)).status).toBe(200)
})
