// Takes pictures of the console's screens with Debian's chromium, to look at: light and dark,
// three widths. node dev/shots.mjs URL OUT [step,step/size/scheme] [the demo's link]
import { chromium } from '@playwright/test'

const [url, out, only = '', link = ''] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const sizes = { wide: [1440, 900], half: [1000, 760], phone: [390, 844] }
const first = (page) => page.getByRole('option').first()
const steps = {
  desk: async (p) => p.goto(url + '/q/waiting').then(() => first(p).waitFor()),
  thread: async (p) => {
    await steps.desk(p)
    await p.getByRole('option').nth(2).click()
    await p.locator('[data-composer]').waitFor()
  },
  note: async (p) => {
    await steps.thread(p)
    await p.getByRole('tab').nth(1).click()
    await p.getByRole('textbox').last().fill('Third one today with 9.1.2 on Android. Linked to the known fault.')
  },
  picker: async (p) => {
    await steps.thread(p)
    await p.keyboard.press('a')
  },
  palette: async (p) => {
    await steps.thread(p)
    await p.keyboard.press('Control+k')
    await p.keyboard.type('as')
  },
  help: async (p) => {
    await steps.thread(p)
    await p.keyboard.press('?')
  },
  search: async (p) => p.goto(url + '/search?q=playlist').then(() => p.waitForTimeout(500)),
  login: async (p) => p.goto(url + '/login'),
  profile: async (p) => p.goto(url + '/settings/profile'),
  inboxes: async (p) => p.goto(url + '/settings/inboxes'),
  mailbox: async (p) => p.goto(url + '/settings/inboxes/new/email'),
  chat: async (p) => {
    await p.goto(url + '/settings/inboxes')
    await p.getByText('Chat on the site').click()
  },
  agents: async (p) => p.goto(url + '/settings/agents'),
  keys: async (p) => p.goto(url + '/settings/keys'),
  audit: async (p) => p.goto(url + '/settings/audit'),
  quarantine: async (p) => p.goto(url + '/settings/quarantine'),
  start: async (p) => p.goto(url + '/start').then(() => p.waitForTimeout(1500)),
}
const [wantStep, wantSize, wantScheme] = only.split('/')
for (const [size, [width, height]] of Object.entries(sizes))
  for (const colorScheme of ['light', 'dark']) {
    if ((wantSize && wantSize !== size) || (wantScheme && wantScheme !== colorScheme)) continue
    const page = await (await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-GB' })).newPage()
    page.on('pageerror', (e) => console.log('page error:', e.message))
    page.on('console', (m) => m.type() === 'error' && console.log('console:', m.text()))
    if (link) await page.goto(link).then(() => page.frameLocator('iframe').last().getByRole('option').first().waitFor())
    for (const [name, run] of Object.entries(steps)) {
      if (wantStep && !wantStep.split(',').includes(name)) continue
      try {
        await run(page)
        await page.waitForTimeout(500)
      } catch (e) {
        console.log(name, size, colorScheme, String(e).split('\n')[0])
      }
      await page.screenshot({ path: `${out}/${name}-${size}-${colorScheme}.png` })
    }
    await page.context().close()
  }
await browser.close()
