export type Styles = Readonly<Record<keyof typeof codes, (text: string) => string>>;

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** ANSI colours, or functions that leave text as it is. */
export function styles(enabled: boolean): Styles {
  const made = Object.entries(codes).map(([name, [on, off]]) => {
    const style = (text: string): string => (enabled ? `\u001b[${on}m${text}\u001b[${off}m` : text);
    return [name, style] as const;
  });
  return Object.fromEntries(made) as Styles;
}
