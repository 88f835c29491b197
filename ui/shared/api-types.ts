// Made by tools/tsgen.py from the server's own description. Do not edit: script/generate.

/** A person who works at the desk */
export interface Agent {
  id: number
  name: string
  email: string
  role: 'agent' | 'coach' | 'lead' | 'admin'
  locale: string
  is_active: boolean
  is_invited: boolean
  is_demo: boolean
  sees_all: boolean
  inbox_ids: number[]
  team_ids: number[]
  created_at: string
  rev: number
  invite_url?: string
}

/** A colleague to invite */
export interface AgentNew {
  email: string
  name: string
  role: 'agent' | 'coach' | 'lead' | 'admin'
}

/** What to change */
export interface AgentPatch {
  name?: string
  role?: 'agent' | 'coach' | 'lead' | 'admin'
  is_active?: boolean
  sees_all?: boolean
  inbox_ids?: number[]
}

/** Whose it is; what is left out stays */
export interface Assign {
  assignee_id?: number | null
  team_id?: number | null
}

/** A file that came or goes with a message */
export interface Attachment {
  n: number
  name: string
  type: string
  bytes: number
  url: string
  is_inline: boolean
  content_id: string | null
}

/** Who did what */
export interface AuditLine {
  id: number
  at: string
  actor_kind: string
  actor_id: number | null
  action: string
  object: string
  object_id: number | null
  detail: Record<string, unknown> | null
  ip: string | null
  request_id: string | null
}

/** Who said it */
export interface Author {
  kind: 'contact' | 'agent' | 'key' | 'system'
  id: number | null
  name: string
}

/** What a message may be about */
export interface Category {
  key: string
  queue: string
  name: string
  description: string
  include: string[]
  exclude: string[]
  ties: string[]
  keywords: string[]
  examples: number
}

/** So many tickets of a category; those without one stand in no row */
export interface CategoryCount {
  bucket: 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed' | 'snoozed' | 'spam' | 'deleted'
  category: string
  n: number
}

/** A category as it shall be */
export interface CategoryIn {
  queue: string
  name: string
  description: string
  include?: string[]
  exclude?: string[]
  ties?: string[]
  keywords?: string[]
}

/** A person who writes to us */
export interface Contact {
  id: number
  name: string
  email: string | null
  phone: string | null
  locale: string | null
  attributes: Record<string, string>
  identities: Identity[]
  created_at: string
  updated_at: string
  rev: number
}

/** Who wrote */
export interface ContactIn {
  external_id: string
  name?: string | null
  email?: string | null
  phone?: string | null
  locale?: string | null
  attributes?: Record<string, string> | null
}

/** A contact, in short */
export interface ContactRef {
  id: number
  name: string
  email: string | null
}

/** What the customer's side says of itself */
export interface Context {
  device?: string
  os?: string
  os_version?: string
  app_version?: string
  region?: string
  language?: string
  plan?: string
  log_ref?: string
}

/** How many tickets of a bucket there are: all of them, or a team's, an assignee's, an inbox's */
export interface Count {
  bucket: 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed' | 'snoozed' | 'spam' | 'deleted'
  of: 'all' | 'team' | 'assignee' | 'inbox'
  /** of the team, assignee or inbox; null: nobody's */
  id: number | null
  n: number
}

/** Is the demo desk there, and who works in it? */
export interface Demo {
  is_there: boolean
  agents: DemoLogin[]
}

/** An invented agent */
export interface DemoLogin {
  name: string
  email: string
  role: string
}

/** An example whose label a model that has not seen it does not believe */
export interface Doubtful {
  id: number
  text: string
  category: string | null
  p: number
  other: string | null
  other_p: number
}

/** What the example is about */
export interface DoubtfulSaid {
  /** its own: keep it; oos: nothing of ours; null: keep it */
  category?: string | null
}

/** What an agent has begun to write */
export interface Draft {
  kind: 'reply' | 'note'
  text: string
  updated_at: string
}

/** A draft; empty text takes it away */
export interface DraftPut {
  text: string
}

/** A message and what it is about */
export interface Example {
  text: string
  category: string | null
  language: string | null
}

/** An example that shall go */
export interface ExampleDrop {
  text: string
}

/** An example to learn from */
export interface ExampleIn {
  text: string
  /** null: about nothing of ours */
  category?: string | null
  /** null: as it is read */
  language?: string | null
}

/** Somebody who can be called */
export interface Helpline {
  /** ISO 3166-1; null: for all countries */
  country: string | null
  name: string
  number: string | null
  url: string | null
  /** the country's emergency number */
  emergency: string | null
  /** numbers change: check before giving */
  note: string
}

/** One way a contact is known to us */
export interface Identity {
  inbox_id: number
  channel: string
  external_id: string
  state: 'unknown' | 'claimed' | 'verified'
}

/** One address on one channel */
export interface Inbox {
  id: number
  name: string
  channel: string
  channel_label: string
  settings: Record<string, unknown>
  team_id: number | null
  is_active: boolean
  is_demo: boolean
  /** null: well; else what is wrong */
  health: string | null
  /** of what is routed by itself, so much must be right */
  promise: number
  created_at: string
  widget_token?: string
  identity_secret?: string
  rev: number
}

/** Settings to try before they are kept */
export interface InboxCheck {
  channel: string
  settings: Record<string, unknown>
  /** an inbox whose passwords to use where they are left empty */
  inbox_id?: number | null
}

/** Does it work? */
export interface InboxChecked {
  ok: boolean
  text: string | null
}

/** An address on a channel */
export interface InboxNew {
  name: string
  channel: string
  /** what the channel asks for */
  settings?: Record<string, unknown> | null
  team_id?: number | null
}

/** What to change */
export interface InboxPatch {
  name?: string
  settings?: Record<string, unknown>
  team_id?: number | null
  is_active?: boolean
  /** from 0.5 to 0.999 */
  promise?: number
}

/** An API key */
export interface Key {
  id: number
  name: string
  /** its first characters */
  hint: string
  role: 'agent' | 'coach' | 'lead' | 'admin'
  inbox_id: number | null
  created_at: string
  last_used_at: string | null
  revoked_at: string | null
  /** shown once */
  key?: string
}

/** A key for a program */
export interface KeyNew {
  name: string
  role: 'agent' | 'coach' | 'lead' | 'admin'
  /** null: every inbox */
  inbox_id?: number | null
}

/** A link that works once */
export interface Link {
  url: string
}

/** What happened: the data of an event of /events that is named as `kind`. The topic list says of a ticket only which. counts.changed carries a Count; hello, reset (load anew) and counts.stale (read the counts anew) carry {}. */
export interface LiveEvent {
  /** ticket.created, ticket.changed, message.created, … */
  kind: string
  at?: string
  /** the agent who did it */
  actor_id?: number
  inbox_id?: number
  ticket_id?: number
  message_id?: number
  contact_id?: number
  /** more of it, by kind */
  data?: Record<string, unknown>
}

/** Who is asking */
export interface Me {
  id: number
  name: string
  email: string | null
  role: 'agent' | 'coach' | 'lead' | 'admin'
  locale: string
  settings: Record<string, unknown>
  permissions: string[]
  csrf_token: string | null
  demo: boolean
  setup_done: boolean
}

/** What to change of oneself */
export interface MePatch {
  name?: string
  locale?: string
  settings?: Record<string, unknown>
  password?: string
  old_password?: string
}

/** One thing said, or done, on a ticket */
export interface Message {
  id: number
  ticket_id: number
  kind: 'incoming' | 'reply' | 'note' | 'activity'
  text: string
  has_html: boolean
  author: Author
  state: 'received' | 'stored' | 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'unknown'
  state_text: string | null
  reply_to_id: number | null
  created_at: string
  sent_at: string | null
  context: Record<string, unknown> | null
  meta: Record<string, unknown> | null
  attachments: Attachment[]
  /** masked in the text; POST /messages/{id}/reveal shows what is there */
  sealed: SealedPlace[]
}

/** A mail's HTML, sanitised */
export interface MessageHtml {
  html: string
}

/** What a customer said */
export interface MessageNew {
  external_id: string
  contact: ContactIn
  text: string
  subject?: string | null
  thread_external_id?: string | null
  sent_at?: string | null
  context?: Context | null
}

/** The words as they came, personal data and all; that they were read is in the audit log */
export interface MessageOriginal {
  text: string
}

/** It is on disk */
export interface MessageTaken {
  message_id: number
  ticket_id: number | null
  duplicate: boolean
}

export interface Meta {
  has_more: boolean
  /** give it as `after` for the next page */
  after_cursor: string | null
}

/** Who is told of P1, in this order, round and round */
export interface OnCall {
  /** none: all leads and admins are told */
  agent_ids: number[]
}

/** Who is told of P1, in this order, round and round */
export interface OnCallInput {
  /** none: all leads and admins are told */
  agent_ids: number[]
}

/** Somebody is called for a P1 ticket, or was */
export interface Page {
  id: number
  ticket_id: number
  number: number
  inbox_id: number
  level: string
  /** why: as in a ticket's reasons */
  kind: string
  at: string
  /** names of those who were told, each once */
  paged: string[]
  /** letters so far, of 24 at most */
  tries: number
  /** null: it is open */
  ended: 'acked' | 'answered' | 'over' | 'lowered' | null
  /** who took or answered it */
  acked_by: string | null
  /** when it ended */
  acked_at: string | null
}

/** Whose password */
export interface PasswordReset {
  email: string
}

/** The link and the new one */
export interface PasswordResetConfirm {
  token: string
  password: string
}

/** What I do with this ticket */
export interface Presence {
  state: 'viewing' | 'replying' | 'gone'
}

/** RFC 9457 */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  /** path of the input field at fault */
  field?: string
  request_id: string
}

/** What an inbox promises of what it routes by itself, and what was measured */
export interface Promise {
  inbox_id: number
  inbox_name: string
  promise: number
  is_supported: boolean
  /** answers of the blind sample, 13 weeks */
  n: number
  right: number
  /** about so many are needed */
  n_wanted: number
  /** of the share that is right, 95 % from below */
  low: number
  /** and from above */
  high: number
  /** share of the sure that a person judges blind */
  sample: number
  read: number
  sure: number
  routed: number
  weeks: PromiseWeek[]
}

/** One week of the blind sample */
export interface PromiseWeek {
  week: string
  n: number
  right: number
}

/** What the desk does at a P1 of a kind */
export interface Protocol {
  /** as in a ticket's reasons */
  kind: string
  /** of the words; null: the desk's, for all */
  locale: string | null
  title: string
  steps: string[]
  /** the desk's own words, not the built-in ones */
  is_own: boolean
  /** of the contact's country, the international ones behind them */
  helplines: Helpline[]
}

/** The desk's own words for a kind of P1 */
export interface ProtocolIn {
  /** the language of these words; null: for all */
  locale?: string | null
  title: string
  /** none: back to the built-in ones */
  steps: string[]
}

/** Categories that one team takes care of */
export interface Queue {
  key: string
  name: string
  /** who gets what is routed here */
  team_id: number | null
}

/** A queue as it shall be */
export interface QueueIn {
  name: string
  team_id?: number | null
}

/** An answer to the customer, or a note to the team */
export interface ReplyNew {
  kind: 'reply' | 'note'
  text: string
  /** tokens of uploads */
  attachments?: string[]
  /** set after it */
  status?: string | null
  /** 409 if the customer wrote since */
  seen_message_id?: number | null
  reply_to_id?: number | null
}

/** Where personal data is masked in a message's text */
export interface SealedPlace {
  /** bytes */
  at: number
  n: number
  /** card, iban, token, password, national_id */
  kind: string
}

/** Something found */
export interface SearchHit {
  kind: 'message' | 'contact' | 'ticket'
  ticket_id: number | null
  ticket_number: number | null
  message_id: number | null
  contact_id: number | null
  title: string
  snippet: string
  at: string
}

/** The newest message that was seen */
export interface Seen {
  message_id: number
}

/** Must this desk be set up first? */
export interface Setup {
  needed: boolean
}

/** The first admin */
export interface SetupNew {
  token: string
  email: string
  name: string
  password: string
}

/** Who, and their password */
export interface SignIn {
  email: string
  password: string
}

/** Sleep until; null wakes it */
export interface Snooze {
  until?: string | null
}

/** A raw message that could not be parsed */
export interface SpoolItem {
  id: number
  inbox_id: number
  inbox_name: string
  external_id: string
  bytes: number
  error: string | null
  created_at: string
}

/** A status and the category it stands for */
export interface Status {
  id: number
  key: string
  name: string
  category: 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed'
  position: number
}

/** A status of the desk's own */
export interface StatusNew {
  key: string
  name: string
  category: 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed'
  position?: number
}

/** Another name or place for a status */
export interface StatusPatch {
  name: string
  position: number
}

/** A word on tickets */
export interface Tag {
  id: number
  name: string
}

/** Agents who share a queue */
export interface Team {
  id: number
  name: string
  agent_ids: number[]
  created_at: string
  rev: number
}

/** A team */
export interface TeamNew {
  name: string
  agent_ids?: number[]
}

/** What to change */
export interface TeamPatch {
  name?: string
  agent_ids?: number[]
}

/** One matter of one contact */
export interface Ticket {
  id: number
  number: number
  subject: string
  status: string
  status_name: string
  status_category: 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed'
  priority: 'low' | 'normal' | 'high' | 'urgent'
  category: string | null
  urgency: 'P1' | 'P2' | 'P3' | 'P4' | null
  /** of the first message */
  language: string | null
  sentiment: 'negative' | 'neutral' | 'positive' | null
  is_spam: boolean
  is_deleted: boolean
  snoozed_until: string | null
  inbox_id: number
  inbox_name: string
  channel: string
  channel_label: string
  contact: ContactRef
  assignee_id: number | null
  assignee_name: string | null
  team_id: number | null
  tags: string[]
  waiting_since: string | null
  created_at: string
  updated_at: string
  solved_at: string | null
  last_at: string
  last_kind: 'incoming' | 'reply' | 'note' | 'activity'
  last_author: string
  preview: string
  last_message_id: number
  unread: boolean
  messages: number
  linked_id: number | null
  is_automatic: boolean
  is_imported: boolean
  rev: number
}

/** What to change; the rest stays */
export interface TicketPatch {
  /** a status' key */
  status?: string
  priority?: 'low' | 'normal' | 'high' | 'urgent'
  category?: string | null
  subject?: string
  tags?: string[]
  /** null: nobody */
  assignee_id?: number | null
  /** null: no team */
  team_id?: number | null
  is_spam?: boolean
  is_deleted?: boolean
}

/** What was read of a ticket */
export interface TicketTriage {
  ticket_id: number
  message_id: number | null
  decision: 'routed' | 'suggested' | 'blind' | 'person' | 'none'
  category: string | null
  category_name: string | null
  queue: string | null
  /** calibrated, of category; 0: none */
  p: number
  /** that it is about nothing of ours */
  oos: number
  top: TriageGuess[]
  because: TriageBecause[]
  language: string | null
  language_p: number
  sentiment: 'negative' | 'neutral' | 'positive' | null
  sentiment_p: number
  urgency: 'P1' | 'P2' | 'P3' | 'P4' | null
  reasons: TriageReason[]
  facts: TriageFact[]
  is_corrected: boolean
  /** people had said so of a near copy */
  is_recalled: boolean
  model: string | null
}

/** Words that spoke for the category */
export interface TriageBecause {
  at: number
  n: number
  words: string
}

/** So often triage said `was` and a person `said`; oos: about nothing of ours */
export interface TriageConfusion {
  was: string
  said: string
  n: number
}

/** What is known of the matter */
export interface TriageFact {
  kind: string
  value: string
  source: string
  message_id: number | null
  at: number
  n: number
}

/** What holds of the matter */
export interface TriageFactSaid {
  kind: string
  /** null: it does not hold */
  value?: string | null
}

/** How triage does on one kind of messages */
export interface TriageFigure {
  kind: 'language' | 'queue' | 'category'
  key: string
  read: number
  sure: number
  routed: number
  /** of the blind sample, answered */
  n: number
  right: number
}

/** A category it may be */
export interface TriageGuess {
  category: string
  name: string | null
  p: number
}

/** A model that was trained here */
export interface TriageModel {
  version: string
  state: 'live' | 'kept' | 'refused'
  why: string | null
  metrics: Record<string, unknown>
  created_at: string
}

/** Why it is so urgent */
export interface TriageReason {
  kind: string
  level: string
  at: number
  n: number
  words: string | null
}

/** What a person says of a reading */
export interface TriageSaid {
  /** null: about nothing of ours */
  category?: string | null
  urgency?: 'P1' | 'P2' | 'P3' | 'P4'
  language?: string
  facts?: TriageFactSaid[]
}

/** What reads the messages now */
export interface TriageState {
  version: string
  /** trained with the program, on its own examples */
  is_builtin: boolean
  labels: number
  n_train: number
  /** on a part of the lessons that was held back */
  accuracy: number
  ece: number
  oos_auroc: number
  coverage: number
  accuracy_routed: number
  threshold: number
  state: 'idle' | 'training'
  step: string | null
  /** 0-1, while it trains */
  done: number
  /** that the model has not learnt yet */
  corrections: number
  /** 0: the built-in one */
  taxonomy_rev: number
  /** P1 would page nobody */
  nobody_on_call: boolean
}

/** A file that waits for its message */
export interface Upload {
  token: string
  name: string
  type: string
  bytes: number
}

/** An agent who looks at a ticket */
export interface Viewer {
  id: number
  name: string
  state: 'viewing' | 'replying' | 'gone'
}

/** Every route: "METHOD path" to what it takes and answers. */
export interface Routes {
  /** This description */
  'GET /api/v1/openapi.json': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: undefined }
  /** Must the desk be set up first? */
  'GET /api/v1/setup': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Setup } }
  /** Make the first admin with the one-time link */
  'POST /api/v1/setup': { path: Record<string, never>; query: Record<string, never>; body: SetupNew; answer: { data: Me } }
  /** Sign in */
  'POST /api/v1/session': { path: Record<string, never>; query: Record<string, never>; body: SignIn; answer: { data: Me } }
  /** Sign out */
  'DELETE /api/v1/session': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: undefined }
  /** Ask for a link to a new password */
  'POST /api/v1/password-reset': { path: Record<string, never>; query: Record<string, never>; body: PasswordReset; answer: undefined }
  /** Set a new password with the link (also an invitation's) */
  'POST /api/v1/password-reset/confirm': { path: Record<string, never>; query: Record<string, never>; body: PasswordResetConfirm; answer: { data: Me } }
  /** Who am I? */
  'GET /api/v1/me': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Me } }
  /** Change my name, language, settings or password */
  'PATCH /api/v1/me': { path: Record<string, never>; query: Record<string, never>; body: MePatch; answer: { data: Me } }
  /** Everyone who works here */
  'GET /api/v1/agents': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Agent[]; meta: Meta } }
  /** Invite a colleague */
  'POST /api/v1/agents': { path: Record<string, never>; query: Record<string, never>; body: AgentNew; answer: { data: Agent } }
  /** Change a colleague's role or reach */
  'PATCH /api/v1/agents/{id}': { path: { id: number }; query: Record<string, never>; body: AgentPatch; answer: { data: Agent } }
  /** A link to a new password, to hand over */
  'POST /api/v1/agents/{id}/reset-link': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Link } }
  /** Teams and who is in them */
  'GET /api/v1/teams': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Team[]; meta: Meta } }
  /** Make a team */
  'POST /api/v1/teams': { path: Record<string, never>; query: Record<string, never>; body: TeamNew; answer: { data: Team } }
  /** Change a team */
  'PATCH /api/v1/teams/{id}': { path: { id: number }; query: Record<string, never>; body: TeamPatch; answer: { data: Team } }
  /** Dissolve a team */
  'DELETE /api/v1/teams/{id}': { path: { id: number }; query: Record<string, never>; body: undefined; answer: undefined }
  /** API keys */
  'GET /api/v1/keys': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Key[]; meta: Meta } }
  /** Make an API key; it is shown once */
  'POST /api/v1/keys': { path: Record<string, never>; query: Record<string, never>; body: KeyNew; answer: { data: Key } }
  /** Revoke an API key */
  'DELETE /api/v1/keys/{id}': { path: { id: number }; query: Record<string, never>; body: undefined; answer: undefined }
  /** Who did what, newest first */
  'GET /api/v1/audit': { path: Record<string, never>; query: { limit?: number; after?: string }; body: undefined; answer: { data: AuditLine[]; meta: Meta } }
  /** Addresses on channels */
  'GET /api/v1/inboxes': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Inbox[]; meta: Meta } }
  /** Make an inbox */
  'POST /api/v1/inboxes': { path: Record<string, never>; query: Record<string, never>; body: InboxNew; answer: { data: Inbox } }
  /** Do these settings work? */
  'POST /api/v1/inboxes/check': { path: Record<string, never>; query: Record<string, never>; body: InboxCheck; answer: { data: InboxChecked } }
  /** One inbox */
  'GET /api/v1/inboxes/{id}': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Inbox } }
  /** Change an inbox */
  'PATCH /api/v1/inboxes/{id}': { path: { id: number }; query: Record<string, never>; body: InboxPatch; answer: { data: Inbox } }
  /** Hand in what a customer said; 202 means it is on disk */
  'POST /api/v1/inboxes/{id}/messages': { path: { id: number }; query: Record<string, never>; body: MessageNew; answer: { data: MessageTaken } }
  /** Tickets: newest first, or by waiting */
  'GET /api/v1/tickets': { path: Record<string, never>; query: { status?: string; assignee?: string; team?: string; tag?: string; inbox?: string; contact?: string; category?: string; q?: string; sort?: string; limit?: number; after?: string }; body: undefined; answer: { data: Ticket[]; meta: Meta } }
  /** One ticket */
  'GET /api/v1/tickets/{id}': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Ticket } }
  /** Change a ticket; If-Match guards against overwriting */
  'PATCH /api/v1/tickets/{id}': { path: { id: number }; query: Record<string, never>; body: TicketPatch; answer: { data: Ticket } }
  /** Say whose it is */
  'POST /api/v1/tickets/{id}/assign': { path: { id: number }; query: Record<string, never>; body: Assign; answer: { data: Ticket } }
  /** Sleep until a time, or wake it */
  'POST /api/v1/tickets/{id}/snooze': { path: { id: number }; query: Record<string, never>; body: Snooze; answer: { data: Ticket } }
  /** I have read it up to here */
  'POST /api/v1/tickets/{id}/seen': { path: { id: number }; query: Record<string, never>; body: Seen; answer: undefined }
  /** Who looks at it now */
  'GET /api/v1/tickets/{id}/presence': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Viewer[]; meta: Meta } }
  /** I look at it, or answer it */
  'POST /api/v1/tickets/{id}/presence': { path: { id: number }; query: Record<string, never>; body: Presence; answer: undefined }
  /** What I have begun to write */
  'GET /api/v1/tickets/{id}/drafts': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Draft[]; meta: Meta } }
  /** Keep a draft; empty text takes it away */
  'PUT /api/v1/tickets/{id}/drafts/{text}': { path: { id: number; text: string }; query: Record<string, never>; body: DraftPut; answer: undefined }
  /** What was said, oldest first */
  'GET /api/v1/tickets/{id}/messages': { path: { id: number }; query: { before?: string; limit?: number; after?: string }; body: undefined; answer: { data: Message[]; meta: Meta } }
  /** Answer the customer, or note something for the team */
  'POST /api/v1/tickets/{id}/messages': { path: { id: number }; query: Record<string, never>; body: ReplyNew; answer: { data: Message } }
  /** What was read of it: category, urgency, mood, language, facts */
  'GET /api/v1/tickets/{id}/triage': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: TicketTriage } }
  /** Say what holds instead; triage learns from it */
  'POST /api/v1/tickets/{id}/triage': { path: { id: number }; query: Record<string, never>; body: TriageSaid; answer: { data: TicketTriage } }
  /** Tags in use */
  'GET /api/v1/tags': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Tag[]; meta: Meta } }
  /** Statuses and their categories */
  'GET /api/v1/statuses': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Status[]; meta: Meta } }
  /** A status of the desk's own */
  'POST /api/v1/statuses': { path: Record<string, never>; query: Record<string, never>; body: StatusNew; answer: { data: Status } }
  /** Rename a status */
  'PATCH /api/v1/statuses/{id}': { path: { id: number }; query: Record<string, never>; body: StatusPatch; answer: undefined }
  /** One message */
  'GET /api/v1/messages/{id}': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Message } }
  /** A mail's HTML, sanitised */
  'GET /api/v1/messages/{id}/html': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: MessageHtml } }
  /** The original, as it came; where something is masked, by right and audited as reveal is */
  'GET /api/v1/messages/{id}/raw': { path: { id: number }; query: Record<string, never>; body: undefined; answer: undefined }
  /** The words under the masks; the audit log keeps who read them */
  'POST /api/v1/messages/{id}/reveal': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: MessageOriginal } }
  /** Send a failed or unknown reply once more */
  'POST /api/v1/messages/{id}/send-again': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Message } }
  /** A file for a reply: the body is the file */
  'POST /api/v1/uploads': { path: Record<string, never>; query: { name?: string }; body: Blob; answer: { data: Upload } }
  /** People who write to us */
  'GET /api/v1/contacts': { path: Record<string, never>; query: { q?: string; limit?: number; after?: string }; body: undefined; answer: { data: Contact[]; meta: Meta } }
  /** One person */
  'GET /api/v1/contacts/{id}': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Contact } }
  /** A ticket by its number; words in messages, subjects, contacts */
  'GET /api/v1/search': { path: Record<string, never>; query: { q?: string; kind?: string; limit?: number; after?: string }; body: undefined; answer: { data: SearchHit[]; meta: Meta } }
  /** How many tickets there are of each kind */
  'GET /api/v1/counts': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Count[]; meta: Meta } }
  /** The same by category */
  'GET /api/v1/counts/categories': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: CategoryCount[]; meta: Meta } }
  /** Live events (SSE); Last-Event-ID goes on from there */
  'GET /api/v1/events': { path: Record<string, never>; query: { topics?: string }; body: undefined; answer: undefined }
  /** What reads the messages now, and whether it trains */
  'GET /api/v1/triage': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: TriageState } }
  /** What each inbox promises of triage, and what was measured */
  'GET /api/v1/triage/promises': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Promise[]; meta: Meta } }
  /** By language, queue and category */
  'GET /api/v1/triage/figures': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: TriageFigure[]; meta: Meta } }
  /** What was taken for what */
  'GET /api/v1/triage/confusion': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: TriageConfusion[]; meta: Meta } }
  /** Examples whose label looks wrong */
  'GET /api/v1/triage/doubtful': { path: Record<string, never>; query: { limit?: number; after?: string }; body: undefined; answer: { data: Doubtful[]; meta: Meta } }
  /** Say what the example is about */
  'POST /api/v1/triage/doubtful/{id}': { path: { id: number }; query: Record<string, never>; body: DoubtfulSaid; answer: undefined }
  /** Models that were trained here, newest first */
  'GET /api/v1/triage/models': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: TriageModel[]; meta: Meta } }
  /** Back to a model that is kept */
  'POST /api/v1/triage/models/{text}/use': { path: { text: string }; query: Record<string, never>; body: undefined; answer: undefined }
  /** Train a new model now */
  'POST /api/v1/triage/retrain': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: undefined }
  /** Queues of categories, and who takes care of them */
  'GET /api/v1/queues': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Queue[]; meta: Meta } }
  /** Make or change a queue */
  'PUT /api/v1/queues/{text}': { path: { text: string }; query: Record<string, never>; body: QueueIn; answer: { data: Queue } }
  /** What a message may be about */
  'GET /api/v1/categories': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Category[]; meta: Meta } }
  /** Make or change a category */
  'PUT /api/v1/categories/{text}': { path: { text: string }; query: Record<string, never>; body: CategoryIn; answer: { data: Category } }
  /** Drop a category with its examples */
  'DELETE /api/v1/categories/{text}': { path: { text: string }; query: Record<string, never>; body: undefined; answer: undefined }
  /** The whole taxonomy as one file of JSON lines */
  'GET /api/v1/taxonomy': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: undefined }
  /** Replace it by another one */
  'PUT /api/v1/taxonomy': { path: Record<string, never>; query: Record<string, never>; body: Blob; answer: undefined }
  /** Examples to learn from */
  'GET /api/v1/taxonomy/examples': { path: Record<string, never>; query: { category?: string; limit?: number; after?: string }; body: undefined; answer: { data: Example[]; meta: Meta } }
  /** Add an example */
  'POST /api/v1/taxonomy/examples': { path: Record<string, never>; query: Record<string, never>; body: ExampleIn; answer: { data: Example } }
  /** Take an example away */
  'POST /api/v1/taxonomy/examples/drop': { path: Record<string, never>; query: Record<string, never>; body: ExampleDrop; answer: undefined }
  /** Who is told of P1, in which order */
  'GET /api/v1/on-call': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: OnCall } }
  /** Say who is */
  'PUT /api/v1/on-call': { path: Record<string, never>; query: Record<string, never>; body: OnCallInput; answer: { data: OnCall } }
  /** Whom P1 called: the open ones first */
  'GET /api/v1/pages': { path: Record<string, never>; query: { limit?: number; after?: string }; body: undefined; answer: { data: Page[]; meta: Meta } }
  /** I have it: nobody else is called */
  'POST /api/v1/pages/{id}/ack': { path: { id: number }; query: Record<string, never>; body: undefined; answer: { data: Page } }
  /** What is done at P1: of all kinds, or of those of a ticket, with help lines */
  'GET /api/v1/protocols': { path: Record<string, never>; query: { ticket?: string }; body: undefined; answer: { data: Protocol[]; meta: Meta } }
  /** The desk's own words for a kind of P1; no steps: back to the built-in ones */
  'PUT /api/v1/protocols/{text}': { path: { text: string }; query: Record<string, never>; body: ProtocolIn; answer: { data: Protocol } }
  /** Is the demo desk there? */
  'GET /api/v1/demo': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: { data: Demo } }
  /** Take the demo away */
  'POST /api/v1/demo/clear': { path: Record<string, never>; query: Record<string, never>; body: undefined; answer: undefined }
  /** Raw messages that could not be parsed */
  'GET /api/v1/quarantine': { path: Record<string, never>; query: { limit?: number; after?: string }; body: undefined; answer: { data: SpoolItem[]; meta: Meta } }
  /** Try to parse it again */
  'POST /api/v1/quarantine/{id}/retry': { path: { id: number }; query: Record<string, never>; body: undefined; answer: undefined }
  /** Put it aside; it is kept */
  'POST /api/v1/quarantine/{id}/dismiss': { path: { id: number }; query: Record<string, never>; body: undefined; answer: undefined }
  /** The raw message */
  'GET /api/v1/quarantine/{id}/raw': { path: { id: number }; query: Record<string, never>; body: undefined; answer: undefined }
}
