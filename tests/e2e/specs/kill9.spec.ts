// kill -9 at random moments under load: nothing acknowledged is lost or doubled, no answer is
// sent twice, the counters equal the recount, the database checks clean.
import { expect, test } from '../fixtures/test'
import { Ledger } from '../fixtures/ledger'
import { pause } from '../fixtures/process'
import type { Server } from '../fixtures/server'

async function killAtRandom(server: Server, kills: number): Promise<void> {
  const ledger = new Ledger(server)
  await ledger.open()
  ledger.begin()
  const restarts: number[] = []
  for (let i = 0; i < kills; i++) {
    await pause(150 + Math.random() * 600)
    await server.kill()
    restarts.push(await server.start())
  }
  await pause(500)
  await ledger.end()
  const verdict = await ledger.judge()
  const { acknowledged, replies, unknown, ...faults } = verdict
  console.log(`${kills} kills, ${acknowledged} acknowledged, ${replies} answers, ${unknown} unknown, slowest start ${Math.max(...restarts)} ms`)
  expect(faults).toEqual({ lost: [], doubled: [], sentTwice: [], unaccounted: [] })
  expect(unknown).toBeLessThanOrEqual(kills)
  expect(acknowledged).toBeGreaterThan(kills * 20)
  expect(replies).toBeGreaterThan(kills)
  await server.stop()
  const doctor = await server.cli('doctor', [], { timeout: 300_000 })
  expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0)
}

test('10 kills lose and double nothing', async ({ server }) => {
  await killAtRandom(server, 10)
})

test('100 kills lose and double nothing @large', async ({ server }) => {
  await killAtRandom(server, Number(process.env.ANTIPHON_KILLS ?? 100))
})
