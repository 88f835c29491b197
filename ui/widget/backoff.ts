// When to try again. Full jitter: thousands of browsers that lost one server come back spread
// over the whole interval, not in waves.

const FIRST_MS = 1000
const MOST_MS = 60_000

/** @param tries failures in a row, from 1  @param random in [0,1)  @returns wait [ms] */
export function backoff(tries: number, random = Math.random()): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 10))
  return Math.round(most / 2 + (most / 2) * random)
}
