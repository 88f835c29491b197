// The SharedWorker: one for all tabs of this browser, holding the one event stream.
import { liveHub, type ToHub } from './hub'

const hub = liveHub()

;(self as unknown as { onconnect: (e: MessageEvent) => void }).onconnect = (e) => {
  const port = e.ports[0]!
  port.onmessage = (m: MessageEvent<ToHub>) => hub.hear(port, (x) => port.postMessage(x), m.data)
  port.start()
}
