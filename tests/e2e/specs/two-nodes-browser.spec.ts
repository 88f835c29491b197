// What a customer writes at one node is on the screen of an agent whose browser is at the other.
import { expect, test } from '../fixtures/test'
import { logIn } from '../fixtures/pages'

test('a message at node one is seen at node two, the answer the other way', async ({ newServer, page }) => {
  const one = await newServer()
  const two = await newServer({ joins: one })
  const inbox = await one.api.apiInbox()
  const desk = await logIn(page, two)
  const { data } = await one.api.say(inbox, '1', 'hello over there')
  await expect(desk.row('hello over there')).toBeVisible()
  await desk.open('hello over there')
  await desk.reply('hello from here')
  const messages = await one.api.all(`/api/v1/tickets/${data.ticket_id}/messages`)
  expect(messages.filter((m) => m.kind === 'reply').map((m) => m.text)).toEqual(['hello from here'])
})
