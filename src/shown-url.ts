/** An address that may be shown: without userinfo, and without its query, which may be secrets. Pure. */

/** What is no URL loses what would be secret in one. */
export function shownUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, '$1').replace(/[?#].*$/s, '')
}
