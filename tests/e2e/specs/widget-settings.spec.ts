// What an admin sets in the browser is what the customer sees.
import { expect, test } from '../fixtures/test'
import { chatInbox, Shop, someoneElse, Widget } from '../fixtures/pages'

test('name, greeting, colour and opening hours reach the widget', async ({ server, desk, browser }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  const customer = await someoneElse(browser)
  try {
    const page = desk.page
    await page.goto(`${server.url}/settings/inboxes/${inbox.id}`)
    await page.getByLabel('What customers call you').fill('The Shop')
    await page.getByLabel('Greeting').fill('Good to see you.')
    await page.getByLabel('When nobody is in', { exact: true }).fill('We sleep at night.')
    await page.locator('#chat-color').fill('#7c1fd0')
    await page.getByLabel('Ask for an address').check()
    await page.getByLabel('Opening hours').check()
    const gone = page.getByRole('button', { name: 'Take this out' })
    while (await gone.count()) await gone.first().click()
    await page.getByLabel('Time zone').fill('Europe/Nowhere')
    await page.locator('form button[type=submit]').first().click()
    await expect(page.getByRole('alert')).toContainText('"Europe/Nowhere" is not a time zone')
    await page.getByLabel('Time zone').fill('Europe/Berlin')
    await page.locator('form button[type=submit]').first().click()
    await expect.poll(async () => (await server.api.must('GET', `/api/v1/inboxes/${inbox.id}`)).settings.title).toBe('The Shop')

    const widget = new Widget(customer.page)
    await widget.open(shop.origin)
    await expect(widget.panel).toHaveAccessibleName('The Shop')
    await expect(widget.panel.getByText('Good to see you.')).toBeVisible()
    await expect(widget.panel.getByText('Away right now')).toBeVisible()
    await expect(widget.panel.getByText('We sleep at night.')).toBeVisible()
    await expect(widget.host.getByLabel(/your email address/i)).toBeVisible()
    await widget.field.fill('x')
    expect(await widget.host.getByRole('button', { name: 'Send', exact: true }).evaluate((b) => getComputedStyle(b).backgroundColor)).toBe('rgb(124, 31, 208)')
  } finally {
    await customer.context.close()
    shop.close()
  }
})
