// New messages appear by themselves without moving what one reads; who else is here is shown.
import { expect, test } from '../fixtures/test'
import { logIn, someoneElse } from '../fixtures/pages'

test('a reader is not moved by what comes in', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  const first = await server.api.say(inbox, 'm-0', 'line 0')
  for (let i = 1; i < 40; i++) await server.api.say(inbox, `m-${i}`, `line ${i} ${'word '.repeat(30)}`)
  const desk = await logIn(page, server)
  await desk.open('line 39')
  await expect(desk.message('line 39')).toBeVisible()
  const region = page.getByRole('region').filter({ has: desk.messages.first() }).last()
  await region.evaluate((e) => (e.scrollTop = e.scrollHeight / 2))
  await page.waitForTimeout(300)
  const before = await region.evaluate((e) => e.scrollTop)
  await server.api.say(inbox, 'm-new', 'the newest line')
  await expect(desk.message('the newest line')).toHaveCount(1)
  expect(Math.abs((await region.evaluate((e) => e.scrollTop)) - before)).toBeLessThan(2)
  expect(first.status).toBe(202)
})

test('the badge counts without a reload, and equals the counts', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  const desk = await logIn(page, server)
  for (let i = 0; i < 3; i++) await server.api.say(inbox, `m-${i}`, `line ${i}`, { contact: { external_id: `c-${i}` } })
  await expect(desk.rows).toHaveCount(3)
  // The sums follow the tickets within a tick or two.
  await expect
    .poll(async () => {
      const counts = (await server.api.get('/api/v1/counts')).data as { bucket: string; of: string; n: number }[]
      return counts.filter((c) => c.bucket === 'new' && c.of === 'all').reduce((sum, c) => sum + c.n, 0)
    })
    .toBe(3)
  await expect(page.getByRole('navigation').filter({ hasText: '3' }).first()).toBeVisible()
})

test('two agents see each other on a ticket', async ({ server, page, browser }) => {
  const inbox = await server.api.apiInbox()
  await server.api.say(inbox, '1', 'who takes this?')
  const agent = await server.addAgent('Bo Berg', 'bo@example.org')
  const desk = await logIn(page, server)
  const other = await someoneElse(browser)
  const bo = await logIn(other.page, server, { email: 'bo@example.org', password: agent.password })
  await desk.open('who takes this?')
  await bo.open('who takes this?')
  await expect(page.getByText('Bo Berg').first()).toBeVisible()
  await bo.field.fill('I am writing')
  await expect(page.getByText(/Bo( Berg)?.*(writ|answer|repl)/i).first()).toBeVisible()
  await other.context.close()
})

test('an answer behind a newer message of the customer asks first', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'question')
  const messages = `/api/v1/tickets/${data.ticket_id}/messages`
  const newer = await server.api.say(inbox, '2', 'wait, forget it')
  const behind = await server.api.post(messages, { kind: 'reply', text: 'answer', seen_message_id: data.message_id })
  expect(behind.status).toBe(409)
  const right = await server.api.post(messages, { kind: 'reply', text: 'answer', seen_message_id: newer.data.message_id })
  expect(right.status).toBe(201)
  const desk = await logIn(page, server)
  await desk.page.goto(`${server.url}/t/${data.ticket_id}`)
  await expect(desk.message('answer')).toHaveCount(1)
})
