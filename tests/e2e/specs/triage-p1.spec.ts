// P1 calls across the whole console until somebody has it; its ticket shows what to do.
import { expect, test } from '../fixtures/test'
import { until } from '../fixtures/process'
import { logIn } from '../fixtures/pages'

test('the alarm comes live, stays from page to page, and goes when somebody has it', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  await logIn(page, server)
  await page.goto(server.url + '/settings/profile')
  await expect(page.getByRole('heading', { name: 'Your profile' })).toBeVisible()
  const { data } = await server.api.say(inbox, '1', 'I want to kill myself, nothing helps any more', { contact: { external_id: 'c-1', name: 'Ana Lima', locale: 'en-GB' } })
  const banner = page.getByRole('alert', { name: 'Most urgent' })
  await expect(banner).toContainText('Self-harm')
  await banner.getByRole('link', { name: 'Open' }).click()
  await expect(page).toHaveURL(new RegExp(`/t/${data.ticket_id}$`))
  await expect(page.getByText('P1: a person at once. Nothing here is automatic.')).toBeVisible()
  await expect(page.getByText(/^What to do: /)).toBeVisible()
  await expect(page.getByText('Help lines')).toBeVisible()
  await page.getByRole('button', { name: 'kill myself' }).first().focus()
  await expect(page.locator('mark')).toHaveText('kill myself')

  await page.reload()
  await banner.getByRole('button', { name: 'I have it' }).click()
  await expect(banner).toHaveCount(0)
  await expect(page.getByText(/ has it$/)).toBeVisible()
  await until('the server to have it', async () => (await server.api.get('/api/v1/pages')).data[0].ended === 'acked')
})

test('leads choose who is on call, and see when nobody is', async ({ server, page }) => {
  const bo = await server.addAgent('Bo Berg', 'bo@example.org')
  await server.api.must('PUT', '/api/v1/on-call', { agent_ids: [] })
  await logIn(page, server)
  await expect(page.getByText('Nobody is on call.')).toBeVisible()
  await page.getByRole('link', { name: 'Choose who' }).click()
  await page.getByRole('button', { name: 'Add someone' }).click()
  await page.getByRole('option', { name: 'Bo Berg' }).click()
  await expect(page.getByText('Nobody is on call.')).toHaveCount(0)
  await until('the server to have it', async () => (await server.api.get('/api/v1/on-call')).data.agent_ids[0] === bo.id)
  await page.getByRole('button', { name: 'Bo Berg: not on call' }).click()
  await expect(page.getByText('Nobody is on call.')).toBeVisible()
})
