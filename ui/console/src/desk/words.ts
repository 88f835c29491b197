// Words that depend on the desk: how a channel is spoken of ("by mail"), what a status is called.
import { useI18n } from 'vue-i18n'
import type { Ticket } from '@/api/types'

export function useChannelWords() {
  const { t, te } = useI18n()
  const by = (ticket: Ticket) => {
    const key = 'channel.by.' + ticket.channel
    return te(key) || te(key, 'en') ? t(key) : t('channel.by.other', { channel: ticket.channel_label })
  }
  /* The six statuses that come with the desk are translated, unless an admin renamed them. */
  const status = (s: { key: string; name: string }) =>
    te('status.' + s.key, 'en') && t('status.' + s.key, {}, { locale: 'en' }) === s.name ? t('status.' + s.key) : s.name
  return {
    status,
    statusOf: (ticket: Ticket) => status({ key: ticket.status, name: ticket.status_name }),
    by,
    /* A chat has no subject: "Josie Lang in the chat". */
    titleOf: (ticket: Ticket) =>
      ticket.subject || [ticket.contact.name || ticket.contact.email || t('row.nobody'), by(ticket)].join(' '),
  }
}
