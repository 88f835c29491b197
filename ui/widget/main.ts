// The script tag: <script src="https://HOST/widget.js" data-inbox="TOKEN" async></script>
// Reads its attributes, asks the server how the chat looks, shows the bubble, and then obeys
// window.antiphon(command, value). docs/widget.md explains all of it to the page's author.
import { Api, ApiError } from './api'
import { Chat } from './chat'
import { sleep } from './stream'
import { backoff } from './backoff'
import type { Config, Identity } from './types'
import { View } from './view'

type Command = [name: string, value?: unknown]
interface Queue {
  (...c: Command): void
  q?: ArrayLike<unknown>[]
}
declare global {
  interface Window {
    antiphon?: Queue
  }
}

const say = (text: string) => console.warn('antiphon: ' + text)

async function configOf(api: Api): Promise<Config | null> {
  for (let tries = 1; ; tries++) {
    try {
      return await api.call<Config>('GET', '/config')
    } catch (e) {
      if (!(e instanceof ApiError) || e.isFinal) {
        say(e instanceof ApiError && e.status === 403
          ? `this page (${location.origin}) is not among the origins of the inbox`
          : `no chat here: ${String(e)}`)
        return null
      }
      await sleep(Math.max(e.retryAfterMs, backoff(tries)))
    }
  }
}

/** Commands given before we were loaded, then each as it comes. */
function obey(chat: Chat, view: View) {
  const commands: Record<string, (v: never) => void> = {
    identify: (v: Identity) =>
      v?.external_id && v.signature
        ? chat.identify({ ...v, external_id: String(v.external_id) })
        : say('identify needs external_id and signature'),
    context: (v: Record<string, unknown>) => chat.say(v ?? {}),
    open: () => view.open(),
    close: () => view.close(),
    logout: () => chat.logout(),
  }
  const run = (name: string, value?: unknown) => {
    const c = commands[name]
    if (c) c(value as never)
    else say(`there is no command "${name}"`)
  }
  const early = window.antiphon?.q ?? []
  window.antiphon = (...c) => run(...c)
  for (const c of early) run(...(Array.from(c) as Command))
}

async function begin(script: HTMLScriptElement) {
  const data = script.dataset
  if (!data.inbox) return say('the script tag needs data-inbox')
  const base = new URL('chat/v1/' + encodeURIComponent(data.inbox), script.src).href
  const api = new Api(base)
  const config = await configOf(api)
  if (!config) return
  let view: View | null = null
  const chat = new Chat(api, 'antiphon:' + data.inbox, config, () => view?.update())
  view = new View(chat, {
    into: data.into ? document.querySelector(data.into) : null,
    locale: data.locale ?? null,
    theme: data.theme === 'light' || data.theme === 'dark' ? data.theme : null,
    color: data.color ?? null,
    isLeft: data.side === 'left',
    isSheet: 'sheet' in data,
    nonce: script.nonce,
  })
  if (data.externalId && data.signature)
    chat.identify({
      external_id: data.externalId,
      signature: data.signature,
      ...(data.name && { name: data.name }),
      ...(data.email && { email: data.email }),
    })
  obey(chat, view)
  chat.start()
  if ('open' in data) view.open(false)
}

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-inbox][src*="widget.js"]')
// Tag managers load a script twice; one bubble is enough.
if (script && !document.querySelector('antiphon-chat') && !script.dataset.begun) {
  script.dataset.begun = ''
  const go = () => void begin(script)
  if (document.body) go()
  else addEventListener('DOMContentLoaded', go)
}
