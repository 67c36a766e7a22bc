/** Python puts the odd character left when the width is odd too. */
export function centered(text: string, missing: number, width: number, fill = ' '): string {
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}
