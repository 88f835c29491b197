// Poison mail: every file of the corpus and mutations of them become a ticket or a visible
// quarantine item, and none stops the next.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, sharedData, test } from '../fixtures/test'
import { MailServers } from '../fixtures/mail'
import { mailSettings } from '../fixtures/mail-settings'
import { mustRun, until } from '../fixtures/process'
import type { Server } from '../fixtures/server'

function* emlFiles(dir: string): Generator<string> {
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name)
    if (statSync(path).isDirectory()) yield* emlFiles(path)
    else if (name.endsWith('.eml')) yield path
  }
}

/** The same for the same seed, on every machine. */
function random(seed: number) {
  return () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return seed / 0x7fffffff
  }
}

function mutate(bytes: Buffer, rng: () => number): Buffer {
  const copy = Buffer.from(bytes)
  const at = () => Math.floor(rng() * copy.length)
  switch (Math.floor(rng() * 5)) {
    case 0: // flipped bytes
      for (let i = 0; i < 10; i++) copy[at()] = Math.floor(rng() * 256)
      return copy
    case 1: // cut off
      return copy.subarray(0, at())
    case 2: { // a piece twice
      const [from, to] = [at(), at()].sort((a, b) => a - b)
      return Buffer.concat([copy.subarray(0, to), copy.subarray(from, to), copy.subarray(to)])
    }
    case 3: { // a piece missing
      const [from, to] = [at(), at()].sort((a, b) => a - b)
      return Buffer.concat([copy.subarray(0, from), copy.subarray(to)])
    }
    default: // two mails in one
      return Buffer.concat([copy.subarray(0, at()), copy])
  }
}

async function everyOneIsSeen(server: Server, mail: MailServers, mails: Buffer[], mailbox: string) {
  await mail.addUser(`${mailbox}@localhost`, 'care-pass')
  const folder = join(mail.dir, 'mail', mailbox)
  for (const sub of ['new', 'cur', 'tmp']) await mkdir(join(folder, sub), { recursive: true })
  for (const [i, bytes] of mails.entries()) await writeFile(join(folder, 'new', `${1700000000 + i}.M${i}.test`), bytes)
  await writeFile(join(folder, 'new', '1800000000.Mlast.test'), 'From: last@example.org\r\nTo: care@localhost\r\nSubject: the last one\r\nMessage-ID: <last@example.org>\r\n\r\nstill here\r\n')
  await mustRun('chown', ['-R', '65534:65534', folder])
  const inbox = (await server.api.must('POST', '/api/v1/inboxes', {
    name: mailbox, channel: 'email', settings: mailSettings(mail, { address: `${mailbox}@localhost` }),
  })).id
  await until('the mail behind the poison', async () =>
    (await server.api.get(`/api/v1/tickets?inbox=${inbox}&q=${encodeURIComponent('the last one')}&limit=1`)).data?.length === 1, 600_000)
  const count = async () => {
    const tickets = await server.api.all(`/api/v1/tickets?inbox=${inbox}`)
    const messages: any[] = []
    // Some at a time: thousands of connections at once grow old before this client gets to them.
    for (let i = 0; i < tickets.length; i += 16)
      messages.push(...(await Promise.all(tickets.slice(i, i + 16).map((t) => server.api.all(`/api/v1/tickets/${t.id}/messages`)))).flat())
    const quarantine = (await server.api.all('/api/v1/quarantine')).filter((q) => q.inbox_id === inbox)
    return { messages: messages.filter((m) => m.kind === 'incoming').length, quarantine: quarantine.length }
  }
  // Equal bytes and equal Message-IDs are one message; nothing else may be missing.
  const distinct = new Set(mails.map((m) => /^message-id:\s*(\S+)/im.exec(m.toString('latin1').slice(0, 20000))?.[1] ?? m.toString('base64'))).size + 1
  const seen = await until('every mail to be seen', async () => {
    const c = await count()
    return c.messages + c.quarantine >= distinct ? c : false
  }, 300_000)
  console.log(`${mails.length} mails, ${distinct} different: ${seen.messages} messages, ${seen.quarantine} in quarantine`)
  expect(server.daemon.hasEnded).toBe(false)
}

const corpus = sharedData('mail_eml')
if (corpus) {
  const originals = () => [...emlFiles(corpus)].map((f) => readFileSync(f))
  const mutations = (n: number) => {
    const rng = random(7)
    const sources = originals().filter((b) => b.length > 10 && b.length < 200_000)
    return Array.from({ length: n }, (_, i) => mutate(sources[i % sources.length], rng))
  }

  test('the corpus and 500 mutations of it', async ({ server }) => {
    test.setTimeout(900_000)
    const mail = await MailServers.start()
    try {
      await everyOneIsSeen(server, mail, originals(), 'corpus')
      await everyOneIsSeen(server, mail, mutations(500), 'mutated')
    } finally {
      await mail.stop()
    }
  })

  test('10,000 mutations @large', async ({ server }) => {
    const mail = await MailServers.start()
    try {
      await everyOneIsSeen(server, mail, mutations(10_000), 'mutated')
    } finally {
      await mail.stop()
    }
  })
}
