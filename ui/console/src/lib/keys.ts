// Hears the keyboard for the whole desk and calls the function of an action.
import { onScopeDispose } from 'vue'
import { matcher, type Action } from './shortcuts'
import { me } from './session'

export type Handlers = Partial<Record<Action, (e: KeyboardEvent) => void | boolean>>

const FIELDS = 'input, textarea, select, [contenteditable=true]'
/* In an open dialog, menu or picker its own keys count, not the desk's. */
const FLOATING = '[role=dialog], [role=menu], [data-own-keys]'

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)
export const modKey = isMac ? '⌘' : 'Ctrl'

export function useKeys(handlers: Handlers) {
  const match = matcher()
  function onKey(e: KeyboardEvent) {
    if (e.defaultPrevented || e.isComposing || e.repeat && !['j', 'k', 'ArrowDown', 'ArrowUp'].includes(e.key)) return
    const target = e.target as HTMLElement
    const inField = !!target.closest?.(FIELDS)
    const isButton = !!target.closest?.('button, a, summary, [role=tab]')
    if (isButton && (e.key === 'Enter' || e.key === ' ')) return
    const floating = target.closest?.(FLOATING)
    const action = match(
      {
        key: e.key,
        ctrl: e.ctrlKey,
        meta: e.metaKey,
        alt: e.altKey,
        shift: e.shiftKey,
        altGr: e.getModifierState('AltGraph'),
        inField,
      },
      e.timeStamp,
      me.value?.settings?.single_keys !== false,
    )
    if (!action || (floating && action !== 'palette')) return
    // A scrolled region keeps its arrows.
    if (e.key.startsWith('Arrow') && target.closest?.('[data-own-arrows]')) return
    const run = handlers[action]
    if (!run || run(e) === false) return
    e.preventDefault()
  }
  addEventListener('keydown', onKey)
  onScopeDispose(() => removeEventListener('keydown', onKey))
}

const SIGNS: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Enter: '↵', Escape: 'Esc', Shift: '⇧' }

export function keySigns(keys: string): string[] {
  return keys
    .split(/[ +]/)
    .map((k) => (k === 'Mod' ? modKey : (SIGNS[k] ?? (k.length === 1 ? k.toUpperCase() : k))))
}
