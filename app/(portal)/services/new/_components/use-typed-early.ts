'use client'
import { type RefObject, useEffect } from 'react'

/**
 * Takes over what was typed and chosen while the page was not alive yet: the form came from the server and could be used, but nobody listened.
 * Each control that no longer holds what the server sent tells of its change again.
 */
export function useTypedEarly(form: RefObject<HTMLFormElement | null>): void {
  useEffect(() => {
    for (const control of form.current?.elements ?? []) {
      if (control instanceof HTMLInputElement && ['radio', 'checkbox'].includes(control.type))
        chosenEarly(control)
      else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)
        typedEarly(control)
    }
  }, [form])
}

function typedEarly(control: HTMLInputElement | HTMLTextAreaElement): void {
  const typed = control.value
  if (typed === control.defaultValue) return
  // React compares with the value that it saw last: it is shown the server's, then the event
  control.value = control.defaultValue
  const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(control), 'value') ?? {}
  set?.call(control, typed)
  control.dispatchEvent(new Event('input', { bubbles: true }))
}

function chosenEarly(control: HTMLInputElement): void {
  if (!control.checked || control.defaultChecked) return
  control.checked = false
  control.click()
}
