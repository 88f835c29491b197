// The disk fills up during intake: refused clearly, reading goes on, all resumes when there is room.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { mustRun, tempDir } from '../fixtures/process'

test('a full disk answers 507 or 503 with Retry-After, loses nothing, and resumes', async ({ newServer }) => {
  const dir = await tempDir('tmpfs')
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', dir]).catch((error) => {
    throw new Error(`this test wants a tmpfs of 64 MB and could not have one (is this root?): ${error.message}`)
  })
  try {
    await mkdir(join(dir, 'data'))
    const server = await newServer({ dir: join(dir, 'data') })
    const inbox = await server.api.apiInbox()
    const acknowledged = new Map<number, number>()
    let refused
    const text = 'word '.repeat(3000)
    await mustRun('fallocate', ['-l', '40M', join(dir, 'ballast')])
    for (let i = 0; i < 5000 && !refused; i++) {
      const answers = await Promise.all(
        [0, 1, 2, 3].map((k) =>
          server.api.say(inbox, `m-${i}-${k}`, `${i}-${k} ${text}`, { contact: { external_id: `c-${i % 50}` } })),
      )
      for (const answer of answers) {
        if (answer.status === 202) acknowledged.set(answer.data.message_id, answer.data.ticket_id)
        else refused = answer
      }
    }
    expect(refused, 'the disk never became full').toBeTruthy()
    expect([507, 503]).toContain(refused?.status)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused?.headers.get('content-type')).toContain('application/problem+json')

    const read = await server.api.get('/api/v1/tickets?limit=10')
    expect(read.status).toBe(200)
    const some = [...acknowledged][0]
    expect((await server.api.get(`/api/v1/tickets/${some[1]}/messages`)).status).toBe(200)
    expect(server.daemon.hasEnded).toBe(false)

    await rm(join(dir, 'ballast'))
    await expect.poll(async () => (await server.api.say(inbox, 'after', 'room again')).status, { timeout: 30_000 }).toBe(202)
    for (const [message] of acknowledged)
      expect((await server.api.get(`/api/v1/messages/${message}`)).status).toBe(200)
    await server.stop()
    const doctor = await server.cli('doctor')
    // A disk of 64 MB is small, and doctor says so; nothing else may be found.
    const found = (doctor.stdout + doctor.stderr).split('\n').filter((l) => /^FOUND/.test(l) && !/disk has/.test(l))
    expect(found).toEqual([])
    expect(doctor.stdout + doctor.stderr).toMatch(/counts of \d+ tickets equal a recount/)
  } finally {
    await mustRun('umount', ['-l', dir])
    await rm(dir, { recursive: true, force: true })
  }
})
