// The way to the server: one base address, one bearer token, JSON in and out.

/** The server said no, and why. status 0: it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly retryAfterMs = 0,
  ) {
    super(detail)
  }
  /** Will the same request be refused again, however often it is sent? */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status)
  }
}

export class Api {
  token: string | null = null
  constructor(readonly base: string) {}

  async raw(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.token) headers.set('Authorization', 'Bearer ' + this.token)
    let r: Response
    try {
      r = await fetch(this.base + path, { ...init, method, headers, credentials: 'omit', cache: 'no-store' })
    } catch (e) {
      throw new ApiError(0, String(e))
    }
    if (r.ok) return r
    let detail = r.statusText
    try {
      const problem = (await r.json()) as { detail?: string; title?: string }
      detail = problem.detail ?? problem.title ?? detail
    } catch {
      // a proxy's own page
    }
    throw new ApiError(r.status, detail, 1000 * (Number(r.headers.get('Retry-After')) || 0))
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const r = await this.raw(
      method,
      path,
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } },
    )
    if (r.status === 204) return undefined as T
    try {
      return ((await r.json()) as { data: T }).data
    } catch (e) {
      throw new ApiError(0, String(e)) // cut off underway
    }
  }
}
