// What the widget owes the page it stands on, and what the page may tell it.
import { createHmac } from 'node:crypto'
import { expect, test } from '../fixtures/test'
import { chatInbox, Shop, Widget } from '../fixtures/pages'

test('it works under a strict policy, leaks no style either way, and logs nothing', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(
    server, inbox.token,
    '<style>*{color:red!important} button{display:none!important} antiphon-chat{display:none;position:static;opacity:.2}</style>',
    {
      'Content-Security-Policy': `default-src 'none'; script-src ${server.url}; connect-src ${server.url}; img-src ${server.url} blob:; style-src 'unsafe-inline'; require-trusted-types-for 'script'`,
    },
  )
  const complaints: string[] = []
  page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()))
  page.on('pageerror', (e) => complaints.push(e.message))
  await page.route('**/favicon.ico', (r) => r.fulfill({ status: 204 }))
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin)
    await widget.say('styled by nobody else, see https://example.org/a?b=c.')
    await expect(widget.log.getByRole('link')).toHaveAttribute('href', 'https://example.org/a?b=c')
    expect(await widget.log.locator('.words').evaluate((e) => getComputedStyle(e).color)).not.toBe('rgb(255, 0, 0)')
    expect(await page.locator('h1').evaluate((e) => getComputedStyle(e).fontFamily)).not.toContain('Inter')
    expect(complaints).toEqual([])
  } finally {
    shop.close()
  }
})

test('what the page tells is shown before it is sent, and may be left out', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token, `<script>
    window.antiphon = window.antiphon || function () { (antiphon.q = antiphon.q || []).push(arguments) }
    antiphon('context', { device: 'Pixel 9', app_version: '9.1.2', plan: 'Premium Family', secret: { deep: 1 } })
  </script>`)
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin + '/?token=of-mine#there')
    await expect(widget.host.getByText('We send along: Pixel 9 · 9.1.2 · Premium Family')).toBeVisible()
    await widget.host.getByText('We send along').click()
    await expect(widget.host.getByRole('definition').filter({ hasText: shop.origin })).toHaveText(shop.origin + '/')
    await widget.say('with it')
    await expect.poll(async () => (await server.api.all('/api/v1/tickets')).length).toBe(1)
    const [ticket] = await server.api.all('/api/v1/tickets')
    const [message] = await server.api.all(`/api/v1/tickets/${ticket.id}/messages`)
    expect(message.context).toMatchObject({ device: 'Pixel 9', app_version: '9.1.2', plan: 'Premium Family', page: shop.origin + '/' })
    expect(JSON.stringify(message.context)).not.toContain('of-mine')
    await expect(widget.host.getByText('We send along')).toBeHidden()

    await page.evaluate(() => (window as never as { antiphon: (...a: unknown[]) => void }).antiphon('context', { plan: 'Solo' }))
    await expect(widget.host.getByText('We send along: Pixel 9 · 9.1.2 · Solo')).toBeVisible()
    await widget.host.getByRole('button', { name: 'Leave this out' }).click()
    await widget.say('without it')
    await expect.poll(async () => (await server.api.all(`/api/v1/tickets/${ticket.id}/messages`)).filter((m) => m.kind === 'incoming').length).toBe(2)
    const all = await server.api.all(`/api/v1/tickets/${ticket.id}/messages`)
    expect(all.find((m) => m.text === 'without it').context ?? null).toBeNull()
  } finally {
    shop.close()
  }
})

test('an identified customer’s words are gone after logout and never shown to a page that did not identify them', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const sign = (id: string) => createHmac('sha256', inbox.secret).update(id).digest('hex')
  const shop = await Shop.open(server, inbox.token)
  const say = (...words: unknown[]) => page.evaluate((w) => (window as never as { antiphon: (...a: unknown[]) => void }).antiphon(...w), words)
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin)
    await say('identify', { external_id: '42', name: 'Ana Lima', signature: sign('42') })
    await widget.say('only for me')
    await expect.poll(async () => (await server.api.all('/api/v1/tickets'))[0]?.contact.name).toBe('Ana Lima')

    await widget.open(shop.origin) // the same browser, a page that says nothing
    await expect(widget.host.getByText(/what can we do/i)).toBeVisible()
    await expect(widget.log.getByText('only for me')).toHaveCount(0)
    await say('identify', { external_id: '42', signature: sign('42') })
    await expect(widget.log.getByText('only for me')).toHaveCount(1)
    const kept = () => page.evaluate(() => Object.entries(localStorage).filter(([k]) => k.endsWith(':42')))
    await expect.poll(async () => (await kept()).length).toBe(1)
    await say('logout')
    await expect(widget.log.getByText('only for me')).toHaveCount(0)
    expect(await kept()).toEqual([])

    await say('identify', { external_id: '43', signature: sign('42') }) // signed for somebody else
    await widget.field.fill('let me in')
    await page.keyboard.press('Enter')
    await expect(widget.host.getByText(/sign in first/i)).toBeVisible()
    expect(await server.api.all('/api/v1/tickets')).toHaveLength(1)
  } finally {
    shop.close()
  }
})

test('files: picked, shown, too big ones refused with words', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')
  try {
    const widget = new Widget(page)
    await widget.open(shop.origin)
    await widget.host.locator('input[type=file]').setInputFiles([
      { name: 'Bild på felet.png', mimeType: 'image/png', buffer: png },
      { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(10 * 1024 * 1024 + 1) },
    ])
    await expect(widget.host.getByRole('alert')).toHaveText('film.mp4 is too big. The limit is 10 MB.')
    await expect(widget.host.getByRole('button', { name: 'Remove Bild på felet.png' })).toBeVisible()
    await widget.say('see here')
    const picture = widget.log.getByRole('img', { name: 'Bild på felet.png' })
    await expect(picture).toBeVisible()
    await expect.poll(() => picture.evaluate((i: HTMLImageElement) => i.naturalWidth)).toBe(1)
  } finally {
    shop.close()
  }
})

test('all tabs of a browser share one stream; each hears the answer once', async ({ server, page, context }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  let streams = 0
  await context.route(/\/chat\/v1\/.*\/stream/, (r) => {
    streams++
    return r.continue()
  })
  try {
    const first = new Widget(page)
    await first.open(shop.origin)
    await first.say('hello from the first tab')
    const tabs = [first]
    for (let i = 0; i < 3; i++) {
      const tab = new Widget(await context.newPage())
      await tab.open(shop.origin)
      await expect(tab.log.getByText('hello from the first tab')).toHaveCount(1)
      tabs.push(tab)
    }
    await expect.poll(async () => (await server.api.all('/api/v1/tickets')).length).toBe(1)
    const [ticket] = await server.api.all('/api/v1/tickets')
    const answer = (text: string) => server.api.must('POST', `/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text })
    await answer('an answer for all')
    for (const t of tabs) await expect(t.log.getByText('an answer for all')).toHaveCount(1)
    expect(streams).toBe(1)
    // The tab that holds the line goes; another takes over.
    await page.close()
    await answer('and one for the rest')
    for (const t of tabs.slice(1)) await expect(t.log.getByText('and one for the rest')).toHaveCount(1, { timeout: 30_000 })
    expect(streams).toBe(2)
  } finally {
    shop.close()
  }
})
