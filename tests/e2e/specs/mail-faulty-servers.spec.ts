// A slow, stalling, lying IMAP or SMTP server holds up only itself.
import { expect, test } from '../fixtures/test'
import { type Fault, FaultyServer } from '../fixtures/fake-imap'
import { MailServers } from '../fixtures/mail'
import { mailSettings } from '../fixtures/mail-settings'
import { until } from '../fixtures/process'

const faults: Fault[] = ['silent', 'trickle', 'stall-after-login', 'huge-literal', 'garbage', 'bye', 'reset']

test('seven broken IMAP servers and a stalling SMTP server: the good mailbox gets and sends its mail', async ({ server }) => {
  test.setTimeout(240_000)
  const mail = await MailServers.start()
  const broken = await Promise.all(faults.map((f) => FaultyServer.start(f)))
  const stalling = await FaultyServer.start('stall-after-login', 'smtp')
  try {
    for (const [i, faulty] of broken.entries())
      await server.api.must('POST', '/api/v1/inboxes', {
        name: `Broken ${faults[i]}`, channel: 'email',
        settings: mailSettings(mail, {
          address: `broken${i}@localhost`,
          imap: { port: faulty.port, security: 'none' },
          smtp: { port: stalling.port, security: 'none' },
        }),
      })
    const good = (await server.api.must('POST', '/api/v1/inboxes', { name: 'Good', channel: 'email', settings: mailSettings(mail) })).id
    await until('every broken server to be tried', () => broken.every((b) => b.connections > 0), 60_000)
    await mail.send({ from: 'ana@customer.example', subject: 'Through the noise' })
    const ticket = await until('the good mailbox', async () => (await server.api.all(`/api/v1/tickets?inbox=${good}`))[0], 30_000)

    // An answer by the stalling server waits; the one by the good server goes out.
    const stuckInbox = (await server.api.must('GET', '/api/v1/inboxes')).find((i: any) => i.name === 'Broken silent').id
    const stuck = await server.api.say(stuckInbox, 's-1', 'hello', { contact: { external_id: 'eve@customer.example', name: 'Eve', email: 'eve@customer.example' } })
    if (stuck.status === 202) await server.api.must('POST', `/api/v1/tickets/${stuck.data.ticket_id}/messages`, { kind: 'reply', text: 'never arrives' })
    await server.api.must('POST', `/api/v1/tickets/${ticket.id}/messages`, { kind: 'reply', text: 'arrives' })
    await until('the answer', async () => (await mail.mailbox('ana@customer.example')).length === 1, 30_000)
    expect((await server.api.get('/api/v1/tickets')).status).toBe(200)
    const health = (await server.api.must('GET', '/api/v1/inboxes')) as any[]
    expect(health.find((i) => i.id === good).health).toBeNull()
    await until('the broken ones to be shown as such', async () => {
      const all = (await server.api.must('GET', '/api/v1/inboxes')) as any[]
      return all.filter((i) => i.name.startsWith('Broken') && i.health).length >= 4
    }, 120_000)
    expect(await server.stop()).toBe(0)
  } finally {
    broken.forEach((b) => b.stop())
    stalling.stop()
    await mail.stop()
  }
})
