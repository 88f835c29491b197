// Does the server answer what the screens take? Compiled only: ui/shared/api-types.ts is made from
// the server's own description, so a field that is renamed or dropped in C stops here.
import type * as Server from '../../../shared/api-types'
import type * as Ours from './types'

type Fits<Theirs extends Needed, Needed> = Theirs extends Needed ? true : never

/** A browser's session always has what only an API key lacks: an address and a CSRF token. */
type OfBrowser<T> = { [K in keyof T]: NonNullable<T[K]> }

export type Checked = [
  Fits<OfBrowser<Server.Me>, Ours.Me>,
  Fits<Server.Agent, Ours.Agent>,
  Fits<Server.Team, Ours.Team>,
  Fits<Server.Tag, Ours.Tag>,
  Fits<Server.Status, Ours.Status>,
  Fits<Server.Key, Ours.Key>,
  Fits<Server.Inbox, Ours.Inbox>,
  Fits<Server.Contact, Ours.Contact>,
  Fits<Server.Ticket, Ours.Ticket>,
  Fits<Server.Message, Ours.Message>,
  Fits<Server.Attachment, Ours.Attachment>,
  Fits<Server.Draft, Ours.Draft>,
  Fits<Server.Count, Ours.Count>,
  Fits<Server.CategoryCount, Ours.CategoryCount>,
  Fits<Server.LiveEvent, Ours.LiveEvent>,
  Fits<Server.SpoolItem, Ours.SpoolItem>,
  Fits<Server.SearchHit, Ours.SearchHit>,
  Fits<Server.AuditLine, Ours.AuditLine>,
  Fits<Server.Upload, Ours.Upload>,
  Fits<Server.Problem, Ours.Problem>,
]
