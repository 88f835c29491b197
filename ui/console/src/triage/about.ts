// What a ticket is about: said, routed, asked, judged blind, or not read? Pure.
import type { Ticket } from '@/api/types'
import type { TicketTriage } from './types'

export type About = 'said' | 'routed' | 'blind' | 'asked' | 'none'

/* A category that was set elsewhere (a rule, an import) is said too, unless the taxonomy does not
 * know it (any more): then it is asked again. */
export function aboutOf(ticket: Ticket, t: TicketTriage | undefined, isKnown = (_: string) => true): About {
  if (t?.is_corrected) return 'said'
  if (t?.decision === 'blind') return 'blind'
  if (t?.decision === 'routed') return 'routed'
  if (ticket.category && isKnown(ticket.category)) return 'said'
  if (t && t.decision !== 'none' && t.top.length) return 'asked'
  return 'none'
}
