import type { IconName } from './icons'

export interface Option {
  key: string
  label: string
  words?: string // found by these too
  hint?: string
  group?: string
  icon?: IconName
  on?: boolean
  shortcut?: string
}
