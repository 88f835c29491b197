import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ticket } from '@/api/types'
import type { TicketTriage } from './types'
import { aboutOf } from './about'

const guess = { category: 'refunds', name: 'Refunds', p: 0.7 }
const rows: { says: string; ticket?: Partial<Ticket>; triage?: Partial<TicketTriage>; want: string }[] = [
  { says: 'not loaded yet', want: 'none' },
  { says: 'nothing was read', triage: { decision: 'none', top: [] }, want: 'none' },
  { says: 'suggested and not answered', triage: { decision: 'suggested', top: [guess] }, want: 'asked' },
  { says: 'P1: a person decides, suggestions help', triage: { decision: 'person', top: [guess] }, want: 'asked' },
  { says: 'blind and not answered', triage: { decision: 'blind', top: [] }, want: 'blind' },
  { says: 'blind and answered', triage: { decision: 'blind', top: [guess], is_corrected: true }, want: 'said' },
  { says: 'routed', ticket: { category: 'refunds' }, triage: { decision: 'routed', top: [guess] }, want: 'routed' },
  { says: 'routed, then corrected', ticket: { category: 'plans' }, triage: { decision: 'routed', top: [guess], is_corrected: true }, want: 'said' },
  { says: 'nothing of ours, a person said', triage: { decision: 'suggested', top: [guess], is_corrected: true, category: null }, want: 'said' },
  { says: 'set before triage read it', ticket: { category: 'refunds' }, triage: { decision: 'suggested', top: [guess] }, want: 'said' },
]
for (const r of rows)
  test('about: ' + r.says, () => assert.equal(aboutOf((r.ticket ?? {}) as Ticket, r.triage as TicketTriage | undefined), r.want))

test('about: a category that the taxonomy no longer has is asked again', () => {
  const ticket = { category: 'tapes' } as Ticket
  const triage = { decision: 'suggested', top: [guess] } as TicketTriage
  assert.equal(aboutOf(ticket, triage, (key) => key !== 'tapes'), 'asked')
})
