// The small signs between customer and agent: writing, looked at, read.
import { expect, test } from '../fixtures/test'
import { chatInbox, logIn, Shop, someoneElse, Widget } from '../fixtures/pages'

test('who writes is seen on the other side; a look and a reading are told', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    await page.goto(shop.origin)
    expect(await page.evaluate(() => indexedDB.databases().then((d) => d.length + localStorage.length)), 'nothing is kept before the chat is opened').toBe(0)
    await widget.open(shop.origin)
    await widget.say('are you there')
    await expect(widget.log.getByText('Sent', { exact: true })).toBeVisible()

    const agent = await server.login()
    const [ticket] = (await agent.get('/api/v1/tickets')).data
    const events = await server.stream()
    await expect.poll(() => events.events.length).toBeGreaterThan(0)

    await widget.field.pressSequentially('I am wri')
    await expect.poll(() => events.events.some((e) => e.event === 'typing.changed' && e.data.ticket_id === ticket.id && e.data.data.on)).toBe(true)

    const [message] = (await agent.get(`/api/v1/tickets/${ticket.id}/messages`)).data
    expect((await agent.post(`/api/v1/tickets/${ticket.id}/seen`, { message_id: message.id })).status).toBe(204)
    await expect(widget.log.getByText('Seen', { exact: true })).toBeVisible()

    const presence = (state: string) => agent.post(`/api/v1/tickets/${ticket.id}/presence`, { state })
    expect((await presence('replying')).status).toBe(204)
    await expect(widget.panel.getByText(/ is writing$/)).toBeVisible()
    expect((await presence('viewing')).status).toBe(204)
    await expect(widget.panel.getByText(/ is writing$/)).toBeHidden()

    const reply = (await agent.post(`/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text: 'I am' })).data
    await expect(widget.log.getByText('I am', { exact: true })).toBeVisible()
    await expect.poll(async () => (await agent.get(`/api/v1/messages/${reply.id}`)).data.state).toBe('delivered')

    // What the agent only notes makes no sign at all on the customer's side.
    const heard: string[] = []
    page.on('request', (r) => r.url().includes('/messages?after=') && heard.push(r.url()))
    await agent.post(`/api/v1/tickets/${ticket.id}/messages`, { kind: 'note', text: 'odd fellow' })
    await agent.post(`/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text: 'still here' })
    await expect(widget.log.getByText('still here')).toBeVisible()
    expect(heard).toHaveLength(1)
    events.close()
  } finally {
    shop.close()
  }
})

test('the console shows that the customer is writing, and then what', async ({ server, page, browser }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  const customer = await someoneElse(browser)
  try {
    const widget = new Widget(customer.page)
    await widget.open(shop.origin)
    await widget.say('one thing')
    const desk = await logIn(page, server)
    await desk.open('one thing')
    await widget.field.pressSequentially('and anoth')
    await expect(page.getByText(/^Visitor .* is writing$/)).toBeVisible()
    await widget.say('and another')
    await expect(desk.message('and another')).toBeVisible()
    await expect(page.getByText(/^Visitor .* is writing$/)).toBeHidden()
  } finally {
    await customer.context.close()
    shop.close()
  }
})
