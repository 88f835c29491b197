// What each key does on the desk. The command palette runs the same actions by name.
import { onScopeDispose } from 'vue'
import { useI18n } from 'vue-i18n'
import type { DraftKind, Ticket } from '@/api/types'
import { useKeys, type Handlers } from '@/lib/keys'
import type { Action } from '@/lib/shortcuts'
import { me } from '@/lib/session'
import { flipTheme } from '@/lib/theme'
import { toast } from '@/lib/toast'
import type { Acts } from './useActs'
import type { PickerName } from './panels'

export interface DeskParts {
  current: () => Ticket | null
  acts: Acts
  picker: (p: PickerName) => void
  write: (k: DraftKind) => void
  read: () => void
  send: (solve: boolean) => void
  step: (by: 1 | -1) => void
  solve: (next: boolean) => void
  back: () => void
  go: (to: string) => void
  flipNav: () => void
  flipContext: () => void
  palette: () => void
  help: () => void
}

export function useDeskKeys(d: DeskParts) {
  const { t } = useI18n()
  const withTicket = (run: (ticket: Ticket) => void) => () => {
    const ticket = d.current()
    if (!ticket) return false
    run(ticket)
    return true
  }
  const pick = (p: PickerName) => withTicket(() => d.picker(p))
  async function copy(text: string, words: string) {
    try {
      await navigator.clipboard.writeText(text)
      toast(words)
    } catch {
      toast(text)
    }
  }

  const handlers: Handlers = {
    next: () => d.step(1),
    previous: () => d.step(-1),
    open: withTicket(() => d.read()),
    back: withTicket(() => d.back()),
    reply: withTicket(() => d.write('reply')),
    note: withTicket(() => d.write('note')),
    send: withTicket(() => d.send(false)),
    'send-solve': withTicket(() => d.send(true)),
    solve: withTicket(() => d.solve(false)),
    'solve-next': withTicket(() => d.solve(true)),
    status: pick('status'),
    snooze: pick('snooze'),
    assign: pick('assign'),
    team: pick('team'),
    priority: pick('priority'),
    tags: pick('tags'),
    category: pick('category'),
    urgency: pick('urgency'),
    mine: withTicket((x) => void d.acts.assign(x, { assignee_id: me.value?.id }, me.value?.name)),
    spam: withTicket((x) => void d.acts.setFlag(x, 'is_spam', !x.is_spam)),
    delete: withTicket((x) => void d.acts.setFlag(x, 'is_deleted', !x.is_deleted)),
    'copy-number': withTicket((x) => void copy('#' + x.number, t('done.copied', { what: '#' + x.number }))),
    'copy-link': withTicket((x) => void copy(`${location.origin}/t/${x.id}`, t('done.copiedLink'))),
    theme: () => flipTheme(),
    'pane-left': () => d.flipNav(),
    'pane-right': () => d.flipContext(),
    palette: () => d.palette(),
    help: () => d.help(),
    search: () => d.go('/search'),
    'go-waiting': () => d.go('/q/waiting'),
    'go-mine': () => d.go('/q/mine'),
    'go-unassigned': () => d.go('/q/unassigned'),
    'go-all': () => d.go('/q/all'),
    'go-settings': () => d.go('/settings/profile'),
  }
  useKeys(handlers)

  const onAction = (e: Event) => handlers[(e as CustomEvent<Action>).detail]?.(new KeyboardEvent('keydown'))
  addEventListener('antiphon-action', onAction)
  onScopeDispose(() => removeEventListener('antiphon-action', onAction))
}
