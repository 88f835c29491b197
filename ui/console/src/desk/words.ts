// The words for how a channel is spoken of: "by mail", "in the chat".
import { useI18n } from 'vue-i18n'
import type { Ticket } from '@/api/types'

export function useChannelWords() {
  const { t, te } = useI18n()
  const by = (ticket: Ticket) => {
    const key = 'channel.by.' + ticket.channel
    return te(key) || te(key, 'en') ? t(key) : t('channel.by.other', { channel: ticket.channel_label })
  }
  return {
    by,
    /* A chat has no subject: "Josie Lang in the chat". */
    titleOf: (ticket: Ticket) =>
      ticket.subject || [ticket.contact.name || ticket.contact.email || t('row.nobody'), by(ticket)].join(' '),
  }
}
