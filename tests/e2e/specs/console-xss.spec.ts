// Nothing that a customer sends runs in the console: DOMPurify's payloads as HTML mail, and as text
// in every field, in a real browser.
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, sharedData, test } from '../fixtures/test'
import { MailServers } from '../fixtures/mail'
import { mailSettings } from '../fixtures/mail-settings'
import { logIn } from '../fixtures/pages'
import { mustRun, until } from '../fixtures/process'

const own = [
  '<script>window.top.hacked(1)</script>', '<img src=x onerror="window.top.hacked(1)">', '<svg onload=window.top.hacked(1)>',
  '<a href="javascript:window.top.hacked(1)">x</a>', '<iframe srcdoc="<script>top.hacked(1)</script>"></iframe>',
  '<form action="javascript:top.hacked(1)"><button autofocus>x</button></form>', '<math><mtext><table><mglyph><style><img src=x onerror=top.hacked(1)>',
  '"><img src=x onerror=top.hacked(1)>', '<style>@import "http://127.0.0.1:1/x"</style>', '<base href="http://127.0.0.1:1/">', '<meta http-equiv=refresh content="0;url=http://127.0.0.1:1/">',
]

/** Every way a payload shows that it runs; and every request that leaves for elsewhere. */
async function watch(page: Page, origin: string): Promise<string[]> {
  const ran: string[] = []
  await page.exposeFunction('hacked', (what: string) => ran.push(`ran: ${what}`))
  await page.addInitScript(() => {
    for (const name of ['alert', 'confirm', 'prompt', 'print'] as const)
      (window as any)[name] = (what: unknown) => (window.top as any).hacked(`${name} ${String(what)}`)
  })
  page.on('dialog', (d) => {
    ran.push(`dialog: ${d.message()}`)
    void d.dismiss()
  })
  page.on('request', (r) => {
    if (!r.url().startsWith(origin) && !/^(data|blob|about):/.test(r.url())) ran.push(`request: ${r.url()}`)
  })
  page.on('framenavigated', (f) => {
    if (f === page.mainFrame() && !f.url().startsWith(origin)) ran.push(`went to ${f.url()}`)
  })
  return ran
}

test('payloads as text in every field are text', async ({ server, page }) => {
  const ran = await watch(page, server.url)
  const inbox = await server.api.apiInbox()
  const tickets: number[] = []
  for (const [i, payload] of own.entries()) {
    const said = await server.api.say(inbox, `x-${i}`, payload, {
      subject: payload, contact: { external_id: `c-${i}`, name: payload, attributes: { note: payload } }, context: { device: payload },
    })
    await server.api.patch(`/api/v1/tickets/${said.data.ticket_id}`, { tags: [payload.slice(0, 50)] })
    tickets.push(said.data.ticket_id)
  }
  const desk = await logIn(page, server)
  await expect(desk.rows.first()).toBeVisible()
  for (const [i, id] of tickets.entries()) {
    await page.goto(`${server.url}/t/${id}`)
    await expect(desk.messages.filter({ hasText: own[i].slice(0, 20) }).first()).toBeVisible()
  }
  await page.goto(`${server.url}/search?q=script`)
  await page.waitForTimeout(500)
  expect(ran).toEqual([])
})

async function asMail(server: any, page: Page, payloads: string[]) {
  const mail = await MailServers.start()
  try {
    const folder = join(mail.dir, 'mail/care')
    for (const sub of ['new', 'cur', 'tmp']) await mkdir(join(folder, sub), { recursive: true })
    for (const [i, payload] of payloads.entries())
      await writeFile(
        join(folder, 'new', `${1700000000 + i}.M${i}.test`),
        `From: Mallory ${i} <m${i}@evil.example>\r\nTo: care@localhost\r\nSubject: payload ${i}\r\nMessage-ID: <x${i}@evil.example>\r\n` +
          `MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n` +
          `${Buffer.from(`<p>payload ${i}</p>${payload}`).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`,
      )
    await mustRun('chown', ['-R', '65534:65534', folder])
    await server.api.must('POST', '/api/v1/inboxes', { name: 'Mail', channel: 'email', settings: mailSettings(mail) })
    const tickets: any[] = await until('all mails', async () => {
      const all = await server.api.all('/api/v1/tickets')
      return all.length >= payloads.length ? all : false
    }, 120_000)
    const ran = await watch(page, server.url)
    const desk = await logIn(page, server)
    for (const ticket of tickets) {
      await page.goto(`${server.url}/t/${ticket.id}`)
      const message = desk.messages.first()
      await expect(message).toBeVisible()
      // The HTML is shown on demand; not every payload leaves any.
      const designed = message.getByRole('button', { name: 'As designed' })
      if (await designed.count()) {
        await designed.click()
        await expect(message.locator('iframe')).toBeVisible()
      }
      for (const frame of await message.locator('iframe').all()) await frame.contentFrame().locator('body').waitFor({ state: 'attached' })
    }
    await page.waitForTimeout(500)
    expect(ran).toEqual([])
  } finally {
    await mail.stop()
  }
}

test('payloads as HTML mail do not run', async ({ server, page }) => {
  await asMail(server, page, own)
})

const corpus = sharedData('html_xss')
if (corpus)
  test('DOMPurify\'s payloads as HTML mail do not run', async ({ server, page }) => {
    test.setTimeout(600_000)
    const rows: { payload: string }[] = JSON.parse(readFileSync(`${corpus}/expect.json`, 'utf8'))
    await asMail(server, page, rows.map((r) => r.payload))
  })
