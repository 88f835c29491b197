/* Which of the ticket's pickers is open; keys open them by name. */
export type PickerName = '' | 'status' | 'assign' | 'team' | 'priority' | 'tags' | 'snooze' | 'category' | 'urgency'
