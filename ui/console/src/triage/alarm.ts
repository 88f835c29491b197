// The sound of a P1: two notes, once for each call, in one tab only.
import { keep } from '@/lib/keep'
import type { P1Page } from './types'

const NOTES = [880, 660, 880] // [Hz]
const NOTE = 0.22 // [s]

const TOUCHES = ['pointerdown', 'keydown'] as const
let waits = false
function afterTouch() {
  for (const touch of TOUCHES) removeEventListener(touch, afterTouch)
  waits = false
  ring()
}

const rung = keep<number[]>('rung', [])
const MOST_KEPT = 50

/* Life before money; of the same kind, who has waited longest. */
const GRAVE = ['self_harm', 'threat', 'minor']
const rank = (kind: string) => (GRAVE.includes(kind) ? GRAVE.indexOf(kind) : GRAVE.length)
export const gravest = (a: Pick<P1Page, 'kind' | 'at'>, b: Pick<P1Page, 'kind' | 'at'>) =>
  rank(a.kind) - rank(b.kind) || Date.parse(a.at) - Date.parse(b.at)

/* Which of these has not rung in this browser yet; from now on they have. */
export function newOnes(ids: number[]): number[] {
  const known = rung.get()
  const fresh = ids.filter((id) => !known.includes(id))
  if (fresh.length) rung.set([...known, ...fresh].slice(-MOST_KEPT))
  return fresh
}

/* Browsers are silent until somebody has touched the page: then it rings at the first touch. */
export function ring() {
  try {
    const audio = new AudioContext()
    if (audio.state === 'suspended') {
      void audio.close()
      if (!waits) for (const touch of TOUCHES) addEventListener(touch, afterTouch)
      waits = true
      return
    }
    const out = audio.createGain()
    out.gain.value = 0.15
    out.connect(audio.destination)
    NOTES.forEach((hz, i) => {
      const tone = audio.createOscillator()
      tone.frequency.value = hz
      tone.connect(out)
      tone.start(audio.currentTime + i * NOTE)
      tone.stop(audio.currentTime + i * NOTE + NOTE * 0.9)
    })
    setTimeout(() => void audio.close(), NOTES.length * NOTE * 1000 + 500)
  } catch {
    /* a browser without sound: the banner stays */
  }
}
