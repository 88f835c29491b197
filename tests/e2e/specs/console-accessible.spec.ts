// axe finds no violation in the console and the widget, light and dark.
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '../fixtures/test'
import { chatInbox, logIn, Shop, Widget } from '../fixtures/pages'
import type { Page } from '@playwright/test'

async function violations(page: Page, within?: string) {
  // axe names its own copy of the type of a page
  const builder = new AxeBuilder({ page: page as never }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
  const found = (await (within ? builder.include(within) : builder).analyze()).violations
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`)
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`console and widget, ${colorScheme}`, async ({ server, page, context }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const chat = await chatInbox(server)
    const inbox = await server.api.apiInbox()
    for (let i = 0; i < 5; i++)
      await server.api.say(inbox, `${i}`, `a question, number ${i}`, { contact: { external_id: `c-${i}`, name: `Customer ${i}`, email: `c${i}@example.org` } })
    await page.goto(server.url + '/')
    await expect(page.locator('input[name=email]')).toBeVisible()
    expect(await violations(page)).toEqual([])
    const desk = await logIn(page, server)
    await expect(desk.row('number 3')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await desk.open('number 3')
    await desk.note('a note')
    await desk.reply('an answer')
    expect(await violations(page)).toEqual([])
    for (const path of ['/search?q=number', '/settings/profile', '/settings/inboxes', '/settings/agents']) {
      await page.goto(server.url + path)
      await expect(page.getByRole('heading').first()).toBeVisible()
      expect(await violations(page), path).toEqual([])
    }
    const shop = await Shop.open(server, chat.token)
    try {
      const tab = await context.newPage()
      await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const widget = new Widget(tab)
      await widget.open(shop.origin)
      await widget.say('hello there')
      expect(await violations(tab, 'antiphon-chat')).toEqual([])
    } finally {
      shop.close()
    }
  })
