// axe finds no violation in what triage adds to the console, light and dark; nothing is wider than a
// small phone.
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '../fixtures/test'
import { logIn } from '../fixtures/pages'
import type { Page } from '@playwright/test'

async function violations(page: Page) {
  // axe names its own copy of the type of a page
  const found = (await new AxeBuilder({ page: page as never }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()).violations
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`)
}

const TABS = ['', '/model', '/figures', '/doubtful', '/taxonomy', '/taxonomy/refunds', '/taxonomy/new', '/taxonomy/oos', '/oncall']

for (const colorScheme of ['light', 'dark'] as const)
  test(`triage, ${colorScheme}`, async ({ server, page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const inbox = await server.api.apiInbox()
    const asked = (await server.api.say(inbox, '1', 'I was charged twice this month, please give me one payment back')).data.ticket_id
    const said = (await server.api.say(inbox, '2', 'the lyrics run ahead of the song', { contact: { external_id: 'c-2', name: 'Bo' }, context: { device: 'Pixel 9' } })).data.ticket_id
    await server.api.must('POST', `/api/v1/tickets/${said}/triage`, { category: 'lyrics', urgency: 'P1' })
    await logIn(page, server)
    for (const [ticket, shown] of [[asked, /^It is about/], [said, 'Change']] as const) {
      await page.goto(`${server.url}/q/all/t/${ticket}`)
      await expect(page.locator('[data-triage]').getByRole('button', { name: shown }).first()).toBeVisible()
      expect(await violations(page)).toEqual([])
    }
    await page.keyboard.press('b')
    await expect(page.getByRole('listbox', { name: 'What is it about?' })).toBeVisible()
    expect(await violations(page)).toEqual([])
    for (const tab of TABS) {
      await page.goto(server.url + '/settings/triage' + tab)
      await expect(page.getByRole('heading', { name: 'Triage', exact: true })).toBeVisible()
      await expect(page.locator('.bone')).toHaveCount(0)
      expect(await violations(page), tab).toEqual([])
    }
  })

test('nothing is wider than 360 pixels', async ({ server, page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', 'I was charged twice this month, please give me one payment back')
  await logIn(page, server)
  const tooWide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  await page.goto(`${server.url}/q/all/t/${data.ticket_id}`)
  await expect(page.getByRole('button', { name: /^It is about/ }).first()).toBeVisible()
  expect(await tooWide()).toBeLessThanOrEqual(0)
  for (const tab of TABS) {
    await page.goto(server.url + '/settings/triage' + tab)
    await expect(page.getByRole('heading', { name: 'Triage', exact: true })).toBeVisible()
    await expect(page.locator('.bone')).toHaveCount(0)
    const main = page.getByRole('main')
    expect(await main.evaluate((el) => el.scrollWidth - el.clientWidth), tab).toBeLessThanOrEqual(0)
  }
})
