// The widget without a mouse and without eyes: focus, names, live region, small and zoomed screens.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures/test'
import { chatInbox, Shop, Widget } from '../fixtures/pages'

const focused = (page: Page) =>
  page.evaluate(() => {
    const at = document.querySelector('antiphon-chat')?.shadowRoot?.activeElement
    return at ? (at.getAttribute('aria-label') ?? at.textContent ?? at.tagName).trim() : (document.activeElement?.tagName ?? '')
  })

async function violations(page: Page) {
  await new Widget(page).standStill()
  const found = await new AxeBuilder({ page: page as never }).include('antiphon-chat').analyze()
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

test('opened, written in and closed by keys; focus goes in and comes back', async ({ server, page }) => {
  const inbox = await chatInbox(server)
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    await page.goto(shop.origin)
    await expect(widget.host.getByRole('button', { name: /open the chat/i })).toBeVisible()
    await page.keyboard.press('Tab')
    expect(await focused(page)).toMatch(/open the chat/i)
    await page.keyboard.press('Enter')
    await expect(widget.panel).toBeVisible()
    await expect(widget.panel).toHaveAccessibleName('Chat')
    await expect(widget.panel).toHaveAttribute('aria-modal', 'false')
    expect(await focused(page)).toMatch(/write a message/i)
    await page.keyboard.type('first line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    await page.keyboard.press('Enter')
    await expect(widget.log.locator('.words')).toHaveText('first line\nsecond line')
    await expect(widget.log).toHaveAttribute('aria-label', 'Conversation')
    await page.keyboard.press('Escape')
    await expect(widget.panel).toBeHidden()
    expect(await focused(page)).toMatch(/open the chat/i)
    // An answer while it is closed is counted and said, and the page's title is left alone.
    // What was typed is shown before the server has it.
    await expect.poll(async () => (await server.api.all('/api/v1/tickets')).length).toBe(1)
    const [ticket] = await server.api.all('/api/v1/tickets')
    await server.api.must('POST', `/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text: 'an answer' })
    await expect(widget.host.getByRole('button', { name: 'Open the chat, new: 1' })).toBeVisible()
    await expect(widget.host.locator('[role=status].sr')).toHaveText(/new message/i)
    await expect(page).toHaveTitle('Shop')
    await page.keyboard.press('Enter')
    await expect(widget.log.getByText('an answer')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(widget.host.getByRole('button', { name: 'Open the chat', exact: true })).toBeVisible()
  } finally {
    shop.close()
  }
})

for (const [says, viewport, isMobile] of [
  ['on a phone', { width: 360, height: 640 }, true],
  ['at 200 % zoom of a small laptop', { width: 640, height: 360 }, false],
] as const)
  test(`${says} it fills the screen, keeps the focus and has no violation`, async ({ server, browser }) => {
    const inbox = await chatInbox(server, ['*'], { needs_email_when_away: true, hours: { days: [] } })
    const shop = await Shop.open(server, inbox.token, '<meta name="viewport" content="width=device-width,initial-scale=1">')
    const context = await browser.newContext({ viewport, isMobile, hasTouch: isMobile, locale: 'en-GB' })
    try {
      const page = await context.newPage()
      const widget = new Widget(page)
      await widget.open(shop.origin)
      await widget.standStill() // it rises into its place
      const box = (await widget.panel.boundingBox())!
      expect([box.x, box.y, box.width, box.height].map(Math.round)).toEqual([0, 0, viewport.width, viewport.height])
      expect(await violations(page)).toEqual([])
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab')
        expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ANTIPHON-CHAT')
      }
      // Nobody is in: an address is asked for, and a wrong one is explained where it stands.
      await widget.field.fill('hello')
      await widget.host.getByRole('button', { name: 'Send', exact: true }).click()
      await expect(widget.host.getByRole('alert')).toContainText('address')
      expect(await focused(page)).not.toMatch(/write a message/i)
      expect(await violations(page)).toEqual([])
      await widget.host.getByLabel(/your email address/i).fill('ana@example.org')
      await widget.host.getByRole('button', { name: 'Send', exact: true }).click()
      await expect(widget.log.getByText('hello')).toBeVisible()
      await expect(widget.host.getByLabel(/your email address/i)).toBeHidden()
      await expect.poll(async () => (await server.api.all('/api/v1/tickets'))[0]?.contact.email).toBe('ana@example.org')
      expect(await violations(page)).toEqual([])
    } finally {
      await context.close()
      shop.close()
    }
  })

test('right to left, in the page’s language, in the company’s colour made readable', async ({ server, page }) => {
  const inbox = await chatInbox(server, ['*'], { color: '#ffd400', locale: 'ar' })
  const shop = await Shop.open(server, inbox.token)
  try {
    const widget = new Widget(page)
    await page.goto(shop.origin)
    await widget.host.getByRole('button').first().click()
    await expect(widget.host.locator('.root')).toHaveAttribute('dir', 'rtl')
    await widget.field.fill('مرحبًا')
    await page.keyboard.press('Enter')
    await expect(widget.log.getByText('مرحبًا')).toBeVisible()
    await widget.standStill()
    const box = (await widget.panel.boundingBox())!
    expect(box.x).toBeLessThan(100) // the end corner is the left one
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page)).toEqual([])
  } finally {
    shop.close()
  }
})
