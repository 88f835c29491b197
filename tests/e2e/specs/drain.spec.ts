// SIGTERM drains: what was taken is answered, the process ends by itself, nothing is lost.
import { expect, test } from '../fixtures/test'
import { Ledger } from '../fixtures/ledger'
import { pause } from '../fixtures/process'

test('SIGTERM under load ends with 0, and what was acknowledged is there', async ({ server }) => {
  const ledger = new Ledger(server)
  await ledger.open()
  ledger.begin()
  const streams = await Promise.all([server.stream(), server.stream()])
  for (let i = 0; i < 3; i++) {
    await pause(400)
    expect(await server.stop()).toBe(0)
    await server.start()
  }
  await ledger.end()
  const { acknowledged, replies, unknown, ...faults } = await ledger.judge()
  expect(faults).toEqual({ lost: [], doubled: [], sentTwice: [], unaccounted: [] })
  expect(unknown).toBe(0)
  expect(acknowledged).toBeGreaterThan(0)
  expect(replies).toBeGreaterThan(0)
  streams.forEach((s) => s.close())
})
