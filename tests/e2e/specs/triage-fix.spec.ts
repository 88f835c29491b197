// One click says what a ticket is about: the ticket changes at once, and the same words sent again
// are recalled.
import { expect, test } from '../fixtures/test'
import { until } from '../fixtures/process'
import { logIn } from '../fixtures/pages'

const TEXT = "my dad's hearing aids will not pair with the app since the new phone came, he is eighty one"

test('a click on a suggestion is kept, shown, and taught', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  const first = (await server.api.say(inbox, '1', TEXT)).data.ticket_id
  const desk = await logIn(page, server)
  await desk.open('hearing aids')
  const block = page.locator('[data-triage]')
  const guess = block.getByRole('button', { name: /^It is about/ }).first()
  const name = (await guess.innerText()).split('\n')[0]!.trim()
  await guess.click()
  await expect(block.getByText('a person said so')).toBeVisible()
  await expect(block.getByText(name, { exact: true })).toBeVisible()
  await expect(desk.row('hearing aids')).toContainText(name)
  await expect(page.getByText(`category: ${name}`)).toBeVisible()

  const said = (await server.api.get(`/api/v1/tickets/${first}/triage`)).data
  expect(said).toMatchObject({ is_corrected: true, category_name: name })
  expect((await server.api.get(`/api/v1/tickets/${first}`)).data.category).toBe(said.category)

  const again = await until('the same words to be recalled', async () => {
    const taken = await server.api.say(inbox, `n${Date.now()}`, TEXT, { contact: { external_id: `c-${Date.now()}`, name: 'Bo' } })
    const read = (await server.api.get(`/api/v1/tickets/${taken.data.ticket_id}/triage`)).data
    return read.is_recalled && read
  })
  expect(again.top[0].category).toBe(said.category)
})

test('B opens every category with its description; Enter takes the one that was typed', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', TEXT)
  const desk = await logIn(page, server)
  await desk.open('hearing aids')
  await page.getByRole('region', { name: 'Messages' }).focus()
  await page.keyboard.press('b')
  const picker = page.getByRole('listbox', { name: 'What is it about?' })
  const categories = (await server.api.get('/api/v1/categories')).data
  // all of them, and "nothing of ours"
  await expect(picker.getByRole('option')).toHaveCount(categories.length + 1)
  await expect(picker.getByRole('option', { name: 'Lyrics' })).toContainText(categories.find((c: any) => c.key === 'lyrics').description.slice(0, 20))
  await page.keyboard.type('lyrics')
  await page.keyboard.press('Enter')
  await expect(picker).toHaveCount(0)
  await expect(page.locator('[data-triage]').getByText('Lyrics', { exact: true })).toBeVisible()
  await until('the server to have it', async () => (await server.api.get(`/api/v1/tickets/${data.ticket_id}`)).data.category === 'lyrics')
})

test('what the server refuses is taken back and said', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  await server.api.say(inbox, '1', TEXT)
  const desk = await logIn(page, server)
  await desk.open('hearing aids')
  await page.route('**/api/v1/tickets/*/triage', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 503, json: { status: 503, title: 'busy', detail: 'try again shortly' } }) : route.continue())
  const block = page.locator('[data-triage]')
  const guess = block.getByRole('button', { name: /^It is about/ }).first()
  await guess.click()
  await expect(page.getByText('Try again shortly.')).toBeVisible()
  await expect(guess).toBeVisible()
  await expect(block.getByText('a person said so')).toHaveCount(0)
})

test('urgency and facts are changed in place', async ({ server, page }) => {
  const inbox = await server.api.apiInbox()
  const { data } = await server.api.say(inbox, '1', TEXT, { context: { device: 'Pixel 9', region: 'BR' } })
  const desk = await logIn(page, server)
  await desk.open('hearing aids')
  await page.getByRole('region', { name: 'Messages' }).focus()
  await page.keyboard.press('Shift+P')
  await page.getByRole('option', { name: /P2/ }).click()
  await expect(desk.row('hearing aids')).toContainText('P2')
  const facts = page.locator('[data-facts]')
  await expect(facts.getByText('Brazil')).toBeVisible()
  await facts.getByRole('button', { name: 'Pixel 9' }).click()
  await facts.getByRole('textbox', { name: 'Device' }).fill('Fold 6')
  await page.keyboard.press('Enter')
  await facts.getByRole('button', { name: 'Brazil' }).click()
  await facts.getByRole('button', { name: 'Region: does not hold' }).click()
  await expect(facts.getByText('Brazil')).toHaveCount(0)
  await until('the server to have it', async () => {
    const read = (await server.api.get(`/api/v1/tickets/${data.ticket_id}/triage`)).data
    const fact = (kind: string) => read.facts.find((f: any) => f.kind === kind)
    return fact('device')?.value === 'Fold 6' && fact('device').source === 'person' && !fact('region')
  })
  expect((await server.api.get(`/api/v1/tickets/${data.ticket_id}`)).data.urgency).toBe('P2')
})
