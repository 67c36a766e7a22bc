/** A url without the user and password before its `@`. */
export function withoutSecret(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}
