/** The cap of a key. Short: a letter or two. */
export function Kbd({ children }: { children: string }) {
  return <kbd>{children}</kbd>
}
