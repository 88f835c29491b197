// A mail sent by SMTP is on the agent's screen; the answer is in the customer's mailbox, in the
// same thread, with the right headers, once.
import { expect, test } from '../fixtures/test'
import { MailServers } from '../fixtures/mail'
import { type MailChange, mailSettings } from '../fixtures/mail-settings'
import { logIn } from '../fixtures/pages'
import { until } from '../fixtures/process'
import type { Server } from '../fixtures/server'

const mailInbox = async (server: Server, mail: MailServers, more: MailChange = {}) =>
  (await server.api.must('POST', '/api/v1/inboxes', { name: 'Help by mail', channel: 'email', settings: mailSettings(mail, more) })).id as number

let mail: MailServers
test.beforeAll(async () => {
  mail = await MailServers.start()
})
test.afterAll(() => mail?.stop())

test('mail in, answer out, answer to the answer: one thread, the right headers', async ({ server, page }) => {
  await mailInbox(server, mail)
  const desk = await logIn(page, server)
  await mail.send({
    from: 'ana@customer.example', subject: 'Playlist gone', body: 'My playlist is gone since the update.',
    headers: { From: 'Ana Lima <ana@customer.example>', 'Message-ID': '<one@customer.example>', Cc: 'friend@customer.example' },
  })
  await expect(desk.row('Playlist gone')).toBeVisible({ timeout: 30_000 })
  await desk.open('Playlist gone')
  await expect(desk.message('My playlist is gone since the update.')).toHaveCount(1)
  await expect(desk.sendButton).toContainText('Ana')
  await desk.reply('It is back, Ana.')

  const answer = await until('the answer in the mailbox', async () => (await mail.mailbox('ana@customer.example'))[0], 30_000)
  expect(answer.headers['in-reply-to']).toBe('<one@customer.example>')
  expect(answer.headers.references).toContain('<one@customer.example>')
  expect(answer.headers['message-id']).toMatch(/^<\S+@\S+>$/)
  expect(answer.headers.subject).toMatch(/^Re: Playlist gone$/i)
  expect(answer.headers.from).toContain('care@localhost')
  expect(answer.headers.to).toContain('ana@customer.example')
  expect(answer.headers.to + (answer.headers.cc ?? '')).not.toContain('friend@')
  expect(answer.headers['auto-submitted'] ?? 'no').toBe('no')
  expect(answer.headers.date).toBeTruthy()
  expect(answer.raw).toContain('It is back, Ana.')
  await expect(page.getByRole('article').filter({ hasText: 'It is back, Ana.' })).toContainText(/sent|delivered/i)

  await mail.send({
    from: 'ana@customer.example', subject: 'Something else entirely', body: 'Thank you, but one song is missing.',
    headers: { 'In-Reply-To': answer.headers['message-id'], References: answer.headers['message-id'], 'Message-ID': '<two@customer.example>' },
  })
  await expect(desk.message('one song is missing')).toHaveCount(1, { timeout: 30_000 })
  expect(await server.api.all('/api/v1/tickets')).toHaveLength(1)
  expect(await mail.mailbox('ana@customer.example')).toHaveLength(1)
})

test('an out-of-office answer is kept, opens nothing, and is answered by no machine', async ({ server }) => {
  await mail.addUser('loop@localhost', 'care-pass')
  await mailInbox(server, mail, { address: 'loop@localhost' })
  await mail.send({
    from: 'bo@customer.example', to: 'loop@localhost', subject: 'Out of office', body: 'I am away.',
    headers: { 'Auto-Submitted': 'auto-replied' },
  })
  const ticket = await until('the mail', async () => (await server.api.all('/api/v1/tickets'))[0], 30_000)
  expect(ticket.is_automatic).toBe(true)
  expect(ticket.waiting_since).toBeNull()
  expect(await mail.mailbox('bo@customer.example')).toHaveLength(0)
})

test('the same mail fetched again after a restart is one message', async ({ server }) => {
  await mail.addUser('again@localhost', 'care-pass')
  await mailInbox(server, mail, { address: 'again@localhost' })
  const send = (n: number) => mail.send({ from: 'cy@customer.example', to: 'again@localhost', subject: `Mail ${n}`, headers: { 'Message-ID': `<again-${n}@customer.example>` } })
  await send(1)
  await until('the first mail', async () => (await server.api.all('/api/v1/tickets')).length === 1, 30_000)
  await server.kill()
  await send(2)
  await server.start()
  await until('the second mail', async () => (await server.api.all('/api/v1/tickets')).length === 2, 30_000)
  await mail.imapDown()
  await mail.up()
  await send(3)
  await until('the third mail', async () => (await server.api.all('/api/v1/tickets')).length === 3, 60_000)
  const all = await server.api.all('/api/v1/tickets')
  expect(all.map((t) => t.subject).sort()).toEqual(['Mail 1', 'Mail 2', 'Mail 3'])
})

for (const [says, imap] of [
  ['signed by a stranger', { ca_file: undefined }],
  ['for another host', { host: '127.0.0.2' }],
] as const)
  test(`a certificate ${says} is refused before the password is said`, async ({ server }) => {
    await mail.addUser('tls@localhost', 'care-pass')
    const answer = await server.api.post('/api/v1/inboxes/check', {
      channel: 'email', settings: mailSettings(mail, { address: 'tls@localhost', imap }),
    })
    expect(answer.status, answer.text).toBe(200)
    expect(JSON.parse(answer.text).data.ok).toBe(false)
    expect(answer.text).toMatch(/certificate/i)
  })
