// Eight tabs of one browser share one event stream, and all of them see what comes in.
import { expect, test } from '../fixtures/test'
import { Desk, logIn } from '../fixtures/pages'
import { until } from '../fixtures/process'

test('eight tabs hold one stream, also after the tab that opened it is closed', async ({ server, context, page }) => {
  const inbox = await server.api.apiInbox()
  await server.api.say(inbox, '0', 'the first one', { contact: { external_id: 'c-0', name: 'Ana' } })
  const desks = [await logIn(page, server)]
  for (let i = 1; i < 8; i++) {
    const tab = await context.newPage()
    await tab.goto(server.url + '/')
    desks.push(new Desk(tab))
  }
  for (const desk of desks) await expect(desk.row('the first one')).toBeVisible()
  await until('one stream', async () => (await server.metric('antiphon_http_streams')) === 1)

  await server.api.say(inbox, '1', 'seen by eight', { contact: { external_id: 'c-1', name: 'Bo' } })
  for (const desk of desks) await expect(desk.row('seen by eight')).toBeVisible()

  await desks[0].page.close()
  await server.api.say(inbox, '2', 'seen by seven', { contact: { external_id: 'c-2', name: 'Cy' } })
  for (const desk of desks.slice(1)) await expect(desk.row('seen by seven')).toBeVisible()
  await until('still one stream', async () => (await server.metric('antiphon_http_streams')) === 1)

  await context.close()
  await until('no stream', async () => (await server.metric('antiphon_http_streams')) === 0)
})
