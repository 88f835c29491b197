// Who knows a ticket's number finds it: in the search and in the palette.
import { expect, test } from '../fixtures/test'

test('a number leads to its ticket, before whoever only speaks of it', async ({ server, desk }) => {
  const inbox = await server.api.apiInbox()
  const wanted = await server.api.say(inbox, '1', 'the one they mean', { contact: { external_id: 'a', name: 'Ana' } })
  const { number } = (await server.api.get(`/api/v1/tickets/${wanted.data.ticket_id}`)).data
  await server.api.say(inbox, '2', `it is about ${number} songs`, { contact: { external_id: 'b', name: 'Bo' } })
  const { page } = desk
  await page.goto(server.url + '/search')
  await page.getByRole('searchbox').fill(`#${number}`)
  const first = page.getByRole('listitem').first()
  await expect(first).toContainText('the one they mean')
  await expect(first).toContainText(`#${number}`)
  await expect(page.getByRole('listitem')).toHaveCount(2)
  await first.getByRole('link').click()
  await expect(desk.message('the one they mean')).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type(String(number))
  const found = page.getByRole('option', { name: `#${number} ` })
  await expect(found).toBeVisible()
  await page.keyboard.press('Escape')
})
