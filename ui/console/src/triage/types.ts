// The shapes of triage, as the server describes them: nothing to keep in step by hand.
export type {
  Category as TriageCategory,
  Doubtful,
  Example,
  OnCall,
  Page as P1Page,
  Promise as InboxPromise,
  PromiseWeek,
  Protocol,
  Queue as TriageQueue,
  TicketTriage,
  TriageBecause,
  TriageConfusion,
  TriageFact,
  TriageFigure,
  TriageGuess,
  TriageModel,
  TriageReason,
  TriageSaid,
  TriageState,
} from '../../../shared/api-types'

export const URGENCIES = ['P1', 'P2', 'P3', 'P4'] as const
export type Urgency = (typeof URGENCIES)[number]

/* "About nothing of ours", where a key must stand for it. */
export const NOTHING = 'oos'
