// A message is read, answered and solved without a mouse.
import { expect, test } from '../fixtures/test'
import { ADMIN } from '../fixtures/server'
import { Desk } from '../fixtures/pages'

test('log in, walk the list, answer, note and solve by keys alone', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  await server.api.say(inbox, '1', 'I waited longest', { contact: { external_id: 'c-1', name: 'Ana Lima' } })
  const second = await server.api.say(inbox, '2', 'I came second', { contact: { external_id: 'c-2', name: 'Bo Berg' } })

  await page.goto(server.url + '/')
  await expect(page.locator('input[name=email]')).toBeFocused()
  await page.keyboard.type(ADMIN.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(ADMIN.password)
  await page.keyboard.press('Enter')
  const desk = new Desk(page)
  await expect(desk.row('I came second')).toBeVisible()

  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(desk.message('I came second')).toBeVisible()
  await page.keyboard.press('n')
  await expect(desk.field).toBeFocused()
  await page.keyboard.type('only for us')
  await page.keyboard.press('Control+Enter')
  await expect(desk.message('only for us')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('r')
  await expect(desk.field).toBeFocused()
  await page.keyboard.type('We look into it.')
  await page.keyboard.press('Control+Shift+Enter')
  await expect
    .poll(async () => (await server.api.get(`/api/v1/tickets/${second.data.ticket_id}`)).data.status)
    .toBe('solved')
  const kinds = (await server.api.all(`/api/v1/tickets/${second.data.ticket_id}/messages`)).filter((m) => m.kind !== 'activity')
  expect(kinds.map((m) => [m.kind, m.text])).toEqual([['incoming', 'I came second'], ['note', 'only for us'], ['reply', 'We look into it.']])
})
