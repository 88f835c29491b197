// The taxonomy is edited in the browser, and a new model is trained of it, with a bar that moves.
import { expect, test } from '../fixtures/test'
import { until } from '../fixtures/process'
import { logIn } from '../fixtures/pages'

test('a category, an example, a training', async ({ server, page }) => {
  test.setTimeout(600_000) // a training beside other work
  await logIn(page, server)
  await page.goto(server.url + '/settings/triage/taxonomy')
  const billing = page.getByRole('region', { name: 'Billing' })
  await billing.getByRole('link', { name: 'New category' }).click()
  await page.getByLabel('Name').fill('Taxes & VAT')
  await page.getByLabel('Description').fill('Tax numbers on invoices.')
  await page.getByLabel('Keywords').fill('VAT number\nreverse charge')
  await page.getByRole('button', { name: 'Create' }).click()
  await expect(page).toHaveURL(/taxonomy\/taxes_vat$/)
  await page.getByLabel('New example').fill('please put our VAT number on the invoice of March')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'invoice of March' })).toBeVisible()
  const made = (await server.api.get('/api/v1/categories')).data.find((c: any) => c.key === 'taxes_vat')
  expect(made).toMatchObject({ queue: 'billing', name: 'Taxes & VAT', keywords: ['VAT number', 'reverse charge'], examples: 1 })

  await page.getByRole('link', { name: 'Model', exact: true }).click()
  // The changes have begun one of their own, which may be over already.
  const bar = page.getByRole('progressbar', { name: 'Training:' })
  const train = page.getByRole('button', { name: 'Train now' })
  await expect(page.getByText(/right when held back/).first()).toBeVisible({ timeout: 300_000 })
  await expect(train).toBeEnabled({ timeout: 300_000 })
  const models = page.getByRole('listitem').filter({ hasText: 'right when held back' })
  await train.click()
  await expect(bar).toBeVisible()
  const seen = new Set<string>()
  await until('the bar to move', async () => {
    const now = await bar.getAttribute('aria-valuenow', { timeout: 500 }).catch(() => null)
    if (now !== null) seen.add(now)
    return seen.size > 1 || (await train.isEnabled())
  }, 300_000)
  expect(seen.size).toBeGreaterThan(1)
  await expect(train).toBeEnabled({ timeout: 300_000 })
  // In force or refused: either way the history has it, with its figures.
  await expect(models.first()).toContainText(/in force|refused/)

  await page.goto(server.url + '/settings/triage/taxonomy/taxes_vat')
  await page.getByRole('button', { name: 'Delete the category' }).click()
  await expect(page.getByRole('dialog')).toContainText('its one example')
  await page.getByRole('button', { name: 'Delete it' }).click()
  await expect(page).toHaveURL(/taxonomy$/)
  await expect(page.getByRole('region', { name: 'Billing' }).getByText('Taxes & VAT')).toHaveCount(0)
})

test('a file that is none is refused by its line, and the taxonomy stays', async ({ server, page }) => {
  await logIn(page, server)
  await page.goto(server.url + '/settings/triage/taxonomy')
  await expect(page.getByRole('region', { name: 'Billing' })).toBeVisible()
  const file = (text: string) => page.locator('#taxonomy-file').setInputFiles({ name: 'mine.jsonl', mimeType: 'application/x-ndjson', buffer: Buffer.from(text) })
  const dialog = page.getByRole('dialog')
  await file('{"queue":"q","name":"Q"}\nnot json\n')
  await expect(dialog.getByRole('alert')).toContainText('line 2')
  await expect(dialog.getByRole('button', { name: 'Replace everything' })).toBeDisabled()
  await page.keyboard.press('Escape')
  await file('{"queue":"q","name":"Q"}\n{"category":"c","queue":"nowhere","name":"C","description":"d"}\n')
  await expect(dialog).toContainText('1 queues, 1 categories')
  await dialog.getByRole('button', { name: 'Replace everything' }).click()
  await expect(dialog.getByRole('alert')).toContainText(/nowhere/)
  expect((await server.api.get('/api/v1/queues')).data.length).toBeGreaterThan(1)
})

test('an agent may look, and change nothing', async ({ server, page }) => {
  const ana = await server.addAgent('Ana', 'ana@example.org')
  await logIn(page, server, { email: 'ana@example.org', password: ana.password })
  await page.goto(server.url + '/settings/triage/taxonomy')
  await expect(page.getByRole('region', { name: 'Billing' })).toBeVisible()
  for (const name of ['New queue', 'New category', 'Replace the file', 'Doubtful labels']) await expect(page.getByText(name)).toHaveCount(0)
  await page.getByRole('link', { name: 'Model', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'The built-in model' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Train now' })).toHaveCount(0)
  const agent = await server.apiAs('agent')
  expect((await agent.request('POST', '/api/v1/triage/retrain')).status).toBe(403)
  expect((await agent.delete('/api/v1/categories/refunds')).status).toBe(403)
})
