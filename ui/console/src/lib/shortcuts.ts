// Which key does what? One table; the desk gives each action its function. Pure but for the
// listener in lib/keys.ts.

export type Action =
  | 'palette'
  | 'next'
  | 'previous'
  | 'open'
  | 'back'
  | 'reply'
  | 'note'
  | 'solve'
  | 'solve-next'
  | 'status'
  | 'snooze'
  | 'assign'
  | 'team'
  | 'priority'
  | 'tags'
  | 'category'
  | 'urgency'
  | 'mine'
  | 'search'
  | 'copy-number'
  | 'copy-link'
  | 'delete'
  | 'spam'
  | 'theme'
  | 'pane-left'
  | 'pane-right'
  | 'help'
  | 'go-waiting'
  | 'go-mine'
  | 'go-unassigned'
  | 'go-all'
  | 'go-settings'
  | 'send'
  | 'send-solve'

export interface Shortcut {
  action: Action
  keys: string[] // alternatives; "g m" is two keys, one after the other
  group: 'move' | 'write' | 'ticket' | 'go' | 'desk'
  always?: boolean // works inside fields too, and when single keys are switched off
}

export const SHORTCUTS: Shortcut[] = [
  { action: 'next', keys: ['j', 'ArrowDown'], group: 'move' },
  { action: 'previous', keys: ['k', 'ArrowUp'], group: 'move' },
  { action: 'open', keys: ['o', 'Enter'], group: 'move' },
  { action: 'back', keys: ['u', 'Escape'], group: 'move' },
  { action: 'reply', keys: ['r'], group: 'write' },
  { action: 'note', keys: ['n', 'c'], group: 'write' },
  { action: 'send', keys: ['Mod+Enter'], group: 'write', always: true },
  { action: 'send-solve', keys: ['Mod+Shift+Enter'], group: 'write', always: true },
  { action: 'solve', keys: ['e'], group: 'ticket' },
  { action: 'solve-next', keys: ['Shift+E'], group: 'ticket' },
  { action: 'status', keys: ['s'], group: 'ticket' },
  { action: 'snooze', keys: ['z'], group: 'ticket' },
  { action: 'assign', keys: ['a'], group: 'ticket' },
  { action: 'mine', keys: ['i'], group: 'ticket' },
  { action: 'team', keys: ['t'], group: 'ticket' },
  { action: 'priority', keys: ['p'], group: 'ticket' },
  { action: 'tags', keys: ['l'], group: 'ticket' },
  { action: 'category', keys: ['b'], group: 'ticket' },
  { action: 'urgency', keys: ['Shift+P'], group: 'ticket' },
  { action: 'copy-number', keys: ['.'], group: 'ticket' },
  { action: 'copy-link', keys: [','], group: 'ticket' },
  { action: 'spam', keys: ['!'], group: 'ticket' },
  { action: 'delete', keys: ['#'], group: 'ticket' },
  { action: 'go-waiting', keys: ['g i'], group: 'go' },
  { action: 'go-mine', keys: ['g m'], group: 'go' },
  { action: 'go-unassigned', keys: ['g u'], group: 'go' },
  { action: 'go-all', keys: ['g a'], group: 'go' },
  { action: 'go-settings', keys: ['g s'], group: 'go' },
  { action: 'palette', keys: ['Mod+k'], group: 'desk', always: true },
  { action: 'search', keys: ['/'], group: 'desk' },
  { action: 'theme', keys: ['d'], group: 'desk' },
  { action: 'pane-left', keys: ['['], group: 'desk' },
  { action: 'pane-right', keys: [']'], group: 'desk' },
  { action: 'help', keys: ['?'], group: 'desk' },
]

export interface Press {
  key: string
  ctrl: boolean
  meta: boolean
  alt: boolean
  shift: boolean
  altGr: boolean
  inField: boolean
}

const LEADER_FOR = 1200 // [ms] "g" waits so long for its second key

/* A press in the words of the table. Shift is named only for letters and Mod combinations: "!"
 * and "?" already say it, on every layout. AltGr is part of the character, never a command. */
export function nameOf(p: Press): string {
  const mod = (p.ctrl || p.meta) && !p.altGr
  if (p.alt && !p.altGr) return ''
  const letter = p.key.length === 1 && p.key.toLowerCase() !== p.key.toUpperCase()
  if (mod) return 'Mod+' + (p.shift ? 'Shift+' : '') + (letter ? p.key.toLowerCase() : p.key)
  if (letter && p.shift) return 'Shift+' + p.key.toUpperCase()
  return letter ? p.key.toLowerCase() : p.key
}

/* Presses in, actions out; keeps only the half-typed "g …". */
export function matcher(table: Shortcut[] = SHORTCUTS) {
  let leader = ''
  let leaderAt = 0
  return (p: Press, now: number, singleKeys: boolean): Action | null => {
    const name = nameOf(p)
    if (!name || p.key === 'Shift') return null
    const pair = leader && now - leaderAt < LEADER_FOR ? `${leader} ${name}` : ''
    leader = ''
    const may = (s: Shortcut) => s.always || (singleKeys && !p.inField)
    if (pair) {
      const two = table.find((s) => may(s) && s.keys.includes(pair))
      if (two) return two.action
    }
    const one = table.find((s) => may(s) && s.keys.includes(name))
    if (one) return one.action
    if (singleKeys && !p.inField && table.some((s) => s.keys.some((k) => k.startsWith(name + ' ')))) {
      leader = name
      leaderAt = now
    }
    return null
  }
}
