// What an agent does to a ticket besides answering: at once on the screen, then on the server;
// taken back if the server refuses; undone by one click where it hides the ticket.
import { inject, provide, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { useQueryClient } from '@tanstack/vue-query'
import { Failure, get, patch, post } from '@/api/client'
import type { Ticket } from '@/api/types'
import { toast, toastFailure } from '@/lib/toast'

export type Changes = Partial<
  Pick<Ticket, 'status' | 'priority' | 'category' | 'subject' | 'tags' | 'assignee_id' | 'team_id' | 'is_spam' | 'is_deleted'>
>

export function makeActs(onChanged: (t: Ticket) => void) {
  const { t } = useI18n()
  const queries = useQueryClient()

  function show(ticket: Ticket) {
    queries.setQueryData(['ticket', ticket.id], ticket)
    onChanged(ticket)
  }

  async function run(ticket: Ticket, guess: Partial<Ticket>, ask: () => Promise<Ticket | undefined>) {
    const shown = { ...ticket, ...guess }
    queries.setQueryData(['ticket', ticket.id], shown)
    try {
      const answer = await ask()
      show(answer ?? (await get<Ticket>(`/tickets/${ticket.id}`)))
      return true
    } catch (e) {
      show(ticket)
      toastFailure(e, () => void run(ticket, guess, ask))
      return false
    }
  }

  /* If-Match only where two people's edits would otherwise be lost: the subject and the tags. */
  const change = (ticket: Ticket, changes: Changes, guess: Partial<Ticket> = {}) => {
    const guarded = 'subject' in changes || 'tags' in changes
    return run(ticket, { ...(changes as Partial<Ticket>), ...guess }, async () => {
      const send = (rev?: number) => patch<Ticket>(`/tickets/${ticket.id}`, changes, { rev })
      try {
        return await send(guarded ? ticket.rev : undefined)
      } catch (e) {
        // Only something else changed meanwhile (a message came in): look, then once more.
        if (!(e instanceof Failure) || e.status !== 412) throw e
        const now = await get<Ticket>(`/tickets/${ticket.id}`)
        const same = now.subject === ticket.subject && String(now.tags) === String(ticket.tags)
        if (!same) throw e
        return await send(now.rev)
      }
    })
  }

  const undo = (text: string, back: () => Promise<unknown>) =>
    toast(text, { act: { label: t('act.undo'), run: () => void back() } })

  async function setStatus(ticket: Ticket, status: string, category: Ticket['status_category'], name: string) {
    const was = ticket.status
    const ok = await change(ticket, { status }, { status_category: category, status_name: name })
    if (ok && category === 'solved')
      undo(t('done.solved', { n: ticket.number }), () => change({ ...ticket, status }, { status: was }))
    return ok
  }

  async function snooze(ticket: Ticket, until: Date | null) {
    const at = until?.toISOString() ?? null
    const ok = await run(ticket, { snoozed_until: at }, () => post<Ticket>(`/tickets/${ticket.id}/snooze`, { until: at }))
    if (ok && at)
      undo(t('done.snoozed', { n: ticket.number }), () =>
        run({ ...ticket, snoozed_until: at }, { snoozed_until: null }, () =>
          post<Ticket>(`/tickets/${ticket.id}/snooze`, { until: null }),
        ),
      )
    return ok
  }

  async function setFlag(ticket: Ticket, flag: 'is_spam' | 'is_deleted', on: boolean) {
    const ok = await change(ticket, { [flag]: on })
    if (ok && on)
      undo(t(flag === 'is_spam' ? 'done.spam' : 'done.deleted', { n: ticket.number }), () =>
        change({ ...ticket, [flag]: true }, { [flag]: false }),
      )
    return ok
  }

  const assign = (ticket: Ticket, to: { assignee_id?: number | null; team_id?: number | null }, name?: string | null) =>
    run(ticket, 'assignee_id' in to ? { ...to, assignee_name: name } : to, () =>
      post<Ticket>(`/tickets/${ticket.id}/assign`, to),
    )

  return { run, change, setStatus, snooze, setFlag, assign, show }
}

export type Acts = ReturnType<typeof makeActs>
const KEY: InjectionKey<Acts> = Symbol('acts')
export const provideActs = (acts: Acts) => provide(KEY, acts)
export const useActs = () => inject(KEY)!
