// A form's life: busy, the fault of one field or of all, done.
import { ref } from 'vue'
import { Failure } from '@/api/client'
import { wordsFor } from './toast'

export function useForm() {
  const busy = ref(false)
  const fault = ref('')
  const field = ref('')

  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    fault.value = field.value = ''
    try {
      return await work()
    } catch (e) {
      fault.value = wordsFor(e)
      field.value = e instanceof Failure ? (e.field ?? '') : ''
      return undefined
    } finally {
      busy.value = false
    }
  }
  /* The fault, if it is this field's. */
  const of = (name: string) => (field.value === name || field.value.endsWith('.' + name) ? fault.value : '')
  return { busy, fault, field, run, of }
}
