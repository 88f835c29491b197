// What was half written is there again after a reload, in another browser, for each ticket and kind.
import { expect, test } from '../fixtures/test'
import { logIn, someoneElse } from '../fixtures/pages'

test('a draft survives a reload, a crash and another browser; sending takes it away', async ({ server, page, browser }) => {
  const inbox = await server.api.apiInbox()
  for (const n of [1, 2]) await server.api.say(inbox, `${n}`, `question ${n}`, { contact: { external_id: `c-${n}`, name: `Customer ${n}` } })
  let desk = await logIn(page, server)
  await desk.open('question 1')
  await desk.field.fill('half a reply')
  await desk.open('question 2')
  await expect(desk.field).toHaveValue('')
  await desk.open('question 1')
  await expect(desk.field).toHaveValue('half a reply')
  await page.reload()
  await expect(desk.field).toHaveValue('half a reply')
  await page.waitForTimeout(1500)

  await server.kill()
  await server.start()
  const other = await someoneElse(browser)
  desk = await logIn(other.page, server)
  await desk.open('question 1')
  await expect(desk.field).toHaveValue('half a reply')
  await desk.reply('a whole reply')
  await other.page.reload()
  await expect(desk.field).toHaveValue('')
  await other.context.close()
})
