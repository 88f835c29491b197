// A customer writes in the widget, an agent answers in the console, the customer reads it: once each way.
import { expect, test } from '../fixtures/test'
import { chatInbox, logIn, Shop, someoneElse, Widget } from '../fixtures/pages'

test('a message in the widget is answered in the console and read in the widget', async ({ server, page, browser }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const desk = await logIn(page, server)
    const customer = await someoneElse(browser)
    const widget = new Widget(customer.page)
    await widget.open(shop.origin)
    await widget.say('My playlist is gone, can you help?')

    await expect(desk.row('My playlist is gone')).toBeVisible()
    await desk.open('My playlist is gone')
    await expect(desk.message('My playlist is gone')).toHaveCount(1)
    await desk.reply('It is back. Please look again.')
    await expect(widget.log.getByText('It is back. Please look again.')).toHaveCount(1)

    await widget.say('It works, and one more thing')
    await expect(desk.message('and one more thing')).toHaveCount(1)

    await customer.page.reload()
    await customer.page.locator('antiphon-chat').getByRole('button', { name: /open the chat/i }).click()
    for (const text of ['My playlist is gone', 'It is back', 'and one more thing'])
      await expect(widget.log.getByText(text)).toHaveCount(1)
    await customer.context.close()
  } finally {
    shop.close()
  }
})

test('what was written while the server was down arrives once it is back, once', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin)
    await widget.say('before')
    await server.kill()
    await widget.say('written in the dark')
    await server.start()
    await expect
      .poll(async () => {
        const tickets = await server.api.all('/api/v1/tickets')
        const messages = (await Promise.all(tickets.map((t) => server.api.all(`/api/v1/tickets/${t.id}/messages`)))).flat()
        return messages.filter((m) => m.kind === 'incoming').map((m) => m.text).sort()
      }, { timeout: 60_000 })
      .toEqual(['before', 'written in the dark'])
    await expect(widget.log.getByText('written in the dark')).toHaveCount(1)
  } finally {
    shop.close()
  }
})

test('a page that is not listed cannot talk to the chat', async ({ server, page }) => {
  const inbox = await chatInbox(server, ['https://shop.example'])
  const shop = await Shop.open(server, inbox.token)
  try {
    await page.goto(shop.origin)
    await page.waitForTimeout(1500)
    await expect(page.locator('antiphon-chat').getByRole('button', { name: /open the chat/i })).toHaveCount(0)
  } finally {
    shop.close()
  }
})

test('a signed customer is known, a forged signature is refused', async ({ server, page }) => {
  const { createHmac } = await import('node:crypto')
  const inbox = await chatInbox(server)
  const signature = createHmac('sha256', inbox.secret).update('customer-7').digest('hex')
  const session = async (signature: string) =>
    page.request.post(`${server.url}/chat/v1/${inbox.token}/session`, {
      data: { identity: { external_id: 'customer-7', name: 'Ana Lima', email: 'ana@example.org', signature } },
    })
  const good = await session(signature)
  expect(good.status(), await good.text()).toBeLessThan(300)
  expect((await good.json()).data).toMatchObject({ is_known: true, contact_name: 'Ana Lima' })
  expect((await session(signature.replace(/^../, '00'))).status()).toBeGreaterThanOrEqual(400)
})
