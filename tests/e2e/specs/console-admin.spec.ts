// An admin sets the desk up in the browser: by the one-time link, then an agent, a team, a chat, a
// key; a mailbox that cannot be reached says so.
import { expect, test } from '../fixtures/test'
import { BINARY, Daemon, freePort, tempDir, until } from '../fixtures/process'
import { someoneElse } from '../fixtures/pages'
import { rm } from 'node:fs/promises'

test('from the setup link to a desk with people and inboxes', async ({ page, browser }) => {
  const dir = await tempDir('admin')
  const port = await freePort()
  const daemon = Daemon.start(BINARY, ['serve', '--data', dir, '--listen', `127.0.0.1:${port}`])
  try {
    const link = await until('the setup link', () => /http:\/\/\S*setup\S*/.exec(daemon.output)?.[0])
    await page.goto(`http://127.0.0.1:${port}/`)
    await expect(page).toHaveURL(/\/setup$/)
    await page.goto(link)
    await page.getByLabel('Name').fill('Ines Kaltenbach')
    await page.getByLabel('Email').fill('ines@example.org')
    await page.getByLabel('New password').fill('a long password 12')
    await page.getByRole('button', { name: 'Set up the desk' }).click()

    await expect(page.getByRole('heading', { name: 'Inboxes' })).toBeVisible()
    await page.getByRole('link', { name: /Add a chat/ }).click()
    await page.getByLabel('Name', { exact: true }).fill('Chat on the shop')
    await page.getByLabel('Pages that may show it').fill('https://shop.example')
    await page.getByRole('button', { name: 'Add it' }).click()
    await expect(page.getByText(/<script src=".*\/widget\.js" data-inbox="[\w-]+" async>/)).toBeVisible()

    await page.goto(`http://127.0.0.1:${port}/settings/inboxes/new/email`)
    await page.getByLabel('Name', { exact: true }).fill('help@ by mail')
    await page.getByLabel('Address').fill('help@localhost')
    for (const kind of ['IMAP', 'SMTP']) {
      const group = page.getByRole('group', { name: kind })
      await group.getByLabel('Server').fill('127.0.0.1')
      await group.getByLabel('Port').fill('9')
      await group.getByLabel('Password').fill('secret')
    }
    await page.getByRole('button', { name: 'Check' }).click()
    await expect(page.getByRole('alert')).toContainText(/127\.0\.0\.1|connect/i)
    await page.getByRole('button', { name: 'Add it' }).click()
    await expect(page).toHaveURL(/\/settings\/inboxes\/\d+$/)

    await page.getByRole('link', { name: 'Agents' }).click()
    await page.getByRole('button', { name: 'Invite someone' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Bo Berg')
    await dialog.getByLabel('Email').fill('bo@example.org')
    await dialog.getByRole('button', { name: 'Make the link' }).click()
    const invitation = await dialog.locator('code').innerText()
    await dialog.getByRole('button', { name: 'Done' }).click()
    const bo = await someoneElse(browser)
    await bo.page.goto(invitation)
    await bo.page.getByLabel('New password').fill('another long password 1')
    await bo.page.getByRole('button', { name: 'Save and go on' }).click()
    await expect(bo.page.getByRole('listbox')).toBeVisible()
    await bo.page.goto(`http://127.0.0.1:${port}/settings/profile`)
    await expect(bo.page.getByRole('link', { name: 'API keys' })).toHaveCount(0)
    await bo.page.getByLabel('Language').selectOption('de')
    await bo.page.getByRole('button', { name: 'Save' }).click()
    await expect(bo.page.getByRole('heading', { name: 'Ihr Profil' })).toBeVisible()
    await bo.context.close()

    await page.getByRole('link', { name: 'Teams' }).click()
    await page.getByRole('button', { name: 'New team' }).click()
    await dialog.getByLabel('Name').fill('Playback')
    await dialog.getByLabel('Bo Berg').check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('listitem').filter({ hasText: 'Playback' })).toContainText('Bo Berg')

    await page.getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('button', { name: 'New key' }).click()
    await dialog.getByLabel('Name').fill('shop backend')
    await dialog.getByRole('button', { name: 'Create' }).click()
    expect((await dialog.locator('code').innerText()).length).toBeGreaterThan(20)
    await dialog.getByRole('button', { name: 'Done' }).click()
    await expect(page.getByRole('row').filter({ hasText: 'shop backend' })).toBeVisible()

    await page.getByRole('link', { name: 'Audit log' }).click()
    await expect(page.getByRole('row').filter({ hasText: 'key' }).first()).toBeVisible()
  } finally {
    await daemon.stop('SIGTERM')
    await rm(dir, { recursive: true, force: true })
  }
})
