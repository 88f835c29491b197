// One stream a browser: the tab that holds the lock keeps the connection and tells the others.
// Without Web Locks (plain http, old browsers) every tab keeps its own.

export class Tabs<T> {
  private channel: BroadcastChannel | null = null

  constructor(
    private readonly name: string,
    heard: (news: T) => void,
  ) {
    if (typeof BroadcastChannel !== 'undefined' && navigator.locks) {
      this.channel = new BroadcastChannel(name)
      this.channel.onmessage = (e: MessageEvent<T>) => heard(e.data)
    }
  }

  close() {
    this.channel?.close()
  }

  tell(news: T) {
    this.channel?.postMessage(news)
  }

  /** Runs `work` once this tab leads, until `until` aborts or the tab goes. */
  lead(work: (until: AbortSignal) => Promise<void>, until: AbortSignal) {
    if (!this.channel) return void work(until)
    navigator.locks
      .request(this.name + ':stream', { signal: until }, () => work(until))
      .catch(() => undefined) // ended while waiting for its turn
  }

  /** Only one tab at a time does `work`. */
  async alone(work: () => Promise<void>): Promise<void> {
    if (!this.channel) return work()
    await navigator.locks.request(this.name + ':send', work)
  }
}
