// Who left an address and closed the page gets the answer by mail; who has read it does not.
import { expect, test } from '../fixtures/test'
import { MailServers } from '../fixtures/mail'
import { mailSettings } from '../fixtures/mail-settings'
import { chatInbox, Shop, someoneElse, Widget } from '../fixtures/pages'
import { until } from '../fixtures/process'

let mail: MailServers
test.beforeAll(async () => {
  mail = await MailServers.start()
})
test.afterAll(() => mail?.stop())

test('an answer that nobody reads in the chat is mailed once', async ({ newServer, browser }) => {
  const server = await newServer({ args: ['--chat-mail', '2'] })
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Help by mail', channel: 'email', settings: mailSettings(mail) })
  const inbox = await chatInbox(server, ['*'], { title: 'The Shop', needs_email_when_away: true, hours: { days: [] } })
  const shop = await Shop.open(server, inbox.token)
  const customer = await someoneElse(browser)
  try {
    const widget = new Widget(customer.page)
    await widget.open(shop.origin)
    await widget.host.getByLabel(/your email address/i).fill('ana@customer.example')
    await widget.say('is anybody there')
    await expect.poll(async () => (await server.api.all('/api/v1/tickets')).length).toBe(1)
    const [ticket] = await server.api.all('/api/v1/tickets')
    const answer = (text: string) => server.api.must('POST', `/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text })

    await answer('read at once')
    await expect(widget.log.getByText('read at once')).toBeVisible()
    await customer.context.close()
    await answer('Now we are. It is fixed.')

    const [got] = await until('the answer by mail', async () => {
      const box = await mail.mailbox('ana@customer.example')
      return box.length ? box : undefined
    }, 30_000)
    expect(got!.headers.subject).toBe('The Shop')
    expect(got!.raw).toContain('Now we are. It is fixed.')
    const done = async () => (await server.api.all(`/api/v1/tickets/${ticket.id}/messages`)).filter((m) => m.meta?.what === 'mailed')
    await expect.poll(async () => (await done()).length).toBe(1)
    await answer('and one more') // by the time this one is there, nothing else can have been sent
    await expect.poll(async () => (await mail.mailbox('ana@customer.example')).length, { timeout: 30_000 }).toBe(2)
    const all = await mail.mailbox('ana@customer.example')
    expect(all.some((m) => m.raw.includes('read at once'))).toBe(false)
  } finally {
    shop.close()
  }
})
