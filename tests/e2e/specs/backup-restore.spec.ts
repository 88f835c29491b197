// antiphon backup and restore: a copy taken under load is whole, and a restored desk goes on.
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { Ledger } from '../fixtures/ledger'
import { pause, tempDir } from '../fixtures/process'

test('a backup under load holds everything acknowledged before it', async ({ newServer, postgres, storeKind }) => {
  const server = await newServer()
  const ledger = new Ledger(server)
  await ledger.open()
  ledger.begin(4, 1)
  await pause(1500)
  const before = new Map(ledger.acknowledged)
  const path = join(await tempDir('backup'), 'desk.backup')
  const made = await server.cli('backup', [path])
  expect(made.code, made.stderr).toBe(0)
  await ledger.end()
  await server.stop()

  const dir = await tempDir('restored')
  const store = storeKind === 'postgresql' ? await (await postgres()).createDatabase(`restored_${process.pid}`) : undefined
  const where = ['--data', dir, ...(store ? ['--store', store] : [])]
  const { run, BINARY } = await import('../fixtures/process')
  const restored = await run(BINARY, ['restore', path, ...where])
  expect(restored.code, restored.stderr).toBe(0)
  const again = await run(BINARY, ['restore', path, ...where])
  expect(again.code, 'a folder in use must not be overwritten').not.toBe(0)
  expect((await run(BINARY, ['doctor', ...where])).code).toBe(0)

  const copy = await newServer({ joins: server, dir, ...(store ? { store } : {}) })
  for (const [text, at] of before) {
    const message = await copy.api.get(`/api/v1/messages/${at.message}`)
    expect(message.status, text).toBe(200)
    expect(message.data.text).toBe(text)
  }
  expect((await copy.api.say(ledger.inbox, 'after', 'it goes on')).status).toBe(202)
})
