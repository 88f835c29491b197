// A chat goes on although customer and agent are at different nodes, and the customer's changes.
import { expect, test } from '../fixtures/test'
import { chatInbox, logIn, Shop, someoneElse, Widget } from '../fixtures/pages'

test('the customer at node one, the agent at node two; node one dies, the session is good at two', async ({ newServer, page, browser }) => {
  const one = await newServer()
  const two = await newServer({ joins: one })
  const inbox = await chatInbox(one)
  const shop = await Shop.open(one, inbox.token)
  const customer = await someoneElse(browser)
  try {
    const widget = new Widget(customer.page)
    await widget.open(shop.origin)
    await widget.say('hello from node one')
    const desk = await logIn(page, two)
    await desk.open('hello from node one')
    await desk.reply('hello from node two')
    await expect(widget.log.getByText('hello from node two')).toHaveCount(1)
    await widget.field.pressSequentially('and')
    await expect(page.getByText(/ is writing$/)).toBeVisible()

    const token = await customer.page.evaluate(() => Object.values(localStorage).map((v) => (v.startsWith('{') ? JSON.parse(v).token : null)).find(Boolean))
    await one.kill()
    const answer = await fetch(`${two.url}/chat/v1/${inbox.token}/messages`, { headers: { Authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(200)
    expect((await answer.json()).data.map((m: { text: string }) => m.text)).toEqual(['hello from node one', 'hello from node two'])
  } finally {
    await customer.context.close()
    shop.close()
  }
})
