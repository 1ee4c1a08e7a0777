const ONE_YEAR_MS = 31_536_000_000

/** Keeps a choice of looks (theme, zone) in a cookie, so that the server's first answer already shows it. */
export function rememberChoice(name: 'theme' | 'zone', value: string): void {
  void window.cookieStore?.set({
    name,
    value: encodeURIComponent(value),
    expires: Date.now() + ONE_YEAR_MS,
    path: '/',
    sameSite: 'lax',
  })
}
