// Sealed personal data is a mask in the thread. Who may, can show what is under it; that is in the
// audit log, and gone again with the ticket. An agent cannot.
import { expect, test } from '../fixtures/test'
import { logIn, someoneElse } from '../fixtures/pages'

const CARD = '4111 1111 1111 1111'

test('an admin reveals, and it is audited; an agent cannot', async ({ server, page, browser }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', `für die Zahlung: my card is ${CARD}, why was it declined?`)
  await server.api.say(inbox, '2', 'another matter', { contact: { external_id: 'c-2', name: 'Bo' } })
  const desk = await logIn(page, server)
  await desk.open('why was it declined')
  const message = desk.message('why was it declined')
  await expect(message.getByText('card number', { exact: true })).toBeVisible()
  await expect(page.getByText(CARD)).toHaveCount(0)
  await message.getByRole('button', { name: 'Show original' }).click()
  await expect(message).toContainText(CARD)
  await expect(message).toContainText('The audit log says that you saw it.')

  await desk.open('another matter')
  await desk.open('why was it declined')
  await expect(message.getByText('card number', { exact: true })).toBeVisible()
  await expect(page.getByText(CARD)).toHaveCount(0)

  const lines = (await server.api.get('/api/v1/audit?limit=50')).data
  expect(lines.filter((l: any) => l.action === 'message.revealed' && l.object_id === data.message_id)).toHaveLength(1)

  const ana = await server.addAgent('Ana', 'ana@example.org')
  const other = await someoneElse(browser)
  const hers = await logIn(other.page, server, { email: 'ana@example.org', password: ana.password })
  await hers.open('why was it declined')
  await expect(hers.message('why was it declined').getByText('card number', { exact: true })).toBeVisible()
  await expect(other.page.getByRole('button', { name: 'Show original' })).toHaveCount(0)
  await other.context.close()
  const agent = await server.apiAs('agent')
  expect((await agent.request('POST', `/api/v1/messages/${data.message_id}/reveal`)).status).toBe(403)
})
