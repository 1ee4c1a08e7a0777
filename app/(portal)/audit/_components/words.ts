/** An audit action in words: `change.submitted` reads "Change submitted". */
export function actionWords(action: string): string {
  const [noun = '', verb = ''] = action.split('.')
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${verb.replaceAll('_', ' ')}`
}
