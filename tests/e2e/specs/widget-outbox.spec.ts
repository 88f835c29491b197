// What a customer writes arrives once and in order, whatever happens to the line or the page.
import { expect, test } from '../fixtures/test'
import { chatInbox, Shop, Widget } from '../fixtures/pages'
import type { Server } from '../fixtures/server'

async function heard(server: Server): Promise<{ text: string; files: string[] }[]> {
  const tickets = await server.api.all('/api/v1/tickets')
  const lists = await Promise.all(tickets.map((t) => server.api.all(`/api/v1/tickets/${t.id}/messages`)))
  return lists.flat().filter((m) => m.kind === 'incoming').map((m) => ({ text: m.text, files: m.attachments.map((a: { name: string }) => a.name) }))
}

test('written without a connection, with a file, over a reload: in order, once', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin)
    await widget.say('one')
    await expect.poll(async () => (await heard(server)).length).toBe(1)

    await page.route(/\/chat\/v1\/.*\/(messages|uploads|stream|session)/, (r) => r.abort())
    for (const text of ['two', 'three']) await widget.say(text)
    await widget.host.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('la la la') })
    await widget.say('four, with a file')
    await expect(widget.log.getByText(/waiting for a connection/i)).not.toHaveCount(0)

    await page.reload()
    await page.unroute(/\/chat\/v1\/.*\/(messages|uploads|stream|session)/)
    await page.reload()
    await expect.poll(async () => (await heard(server)).map((m) => m.text), { timeout: 30_000 }).toEqual(['one', 'two', 'three', 'four, with a file'])
    expect((await heard(server))[3]!.files).toEqual(['notes.txt'])
    await widget.host.getByRole('button', { name: /open the chat/i }).click()
    for (const text of ['one', 'two', 'three', 'four, with a file']) await expect(widget.log.getByText(text, { exact: true })).toHaveCount(1)
  } finally {
    shop.close()
  }
})

test('an answer to the post that is lost on its way makes no second message', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    let lost = 0
    await page.route(/\/chat\/v1\/.*\/messages$/, async (r) => {
      if (r.request().method() !== 'POST' || lost >= 2) return r.continue()
      lost++
      await r.fetch() // the server has it …
      await r.abort() // … and the browser never hears of it
    })
    await widget.open(shop.origin)
    await widget.say('only once, please')
    await expect(widget.log.getByText('Sent', { exact: true })).toBeVisible({ timeout: 30_000 })
    expect(lost).toBe(2)
    expect((await heard(server)).map((m) => m.text)).toEqual(['only once, please'])
    await expect(widget.log.getByText('only once, please')).toHaveCount(1)
  } finally {
    shop.close()
  }
})

test('answers given while the line was down are there when it is back, each once', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin)
    await widget.say('hello')
    await expect.poll(async () => (await heard(server)).length).toBe(1)
    const [ticket] = await server.api.all('/api/v1/tickets')
    const answer = (text: string) => server.api.must('POST', `/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text })
    await answer('first answer')
    await expect(widget.log.getByText('first answer')).toHaveCount(1)
    await server.stop()
    await server.start()
    await answer('second answer')
    await answer('third answer')
    for (const text of ['first answer', 'second answer', 'third answer']) await expect(widget.log.getByText(text)).toHaveCount(1, { timeout: 30_000 })
    const order = await widget.log.locator('.agent .words').allTextContents()
    expect(order).toEqual(['first answer', 'second answer', 'third answer'])
  } finally {
    shop.close()
  }
})

test('a refused message says so and can be deleted; the next one still goes', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin)
    await page.route(/\/chat\/v1\/.*\/messages$/, (r) =>
      r.request().postDataJSON()?.text === 'bad'
        ? r.fulfill({ status: 422, headers: { 'Access-Control-Allow-Origin': '*' }, contentType: 'application/problem+json', body: '{"detail":"a rule is broken"}' })
        : r.continue(),
    )
    await widget.say('bad')
    await expect(widget.log.getByText('Not sent: a rule is broken')).toBeVisible()
    await widget.say('good')
    await expect.poll(async () => (await heard(server)).map((m) => m.text)).toEqual(['good'])
    await widget.log.getByRole('button', { name: 'Delete' }).click()
    await expect(widget.log.getByText('bad', { exact: true })).toHaveCount(0)
  } finally {
    shop.close()
  }
})
