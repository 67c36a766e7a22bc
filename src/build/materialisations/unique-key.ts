/** dbt's `unique_key`: a column or expression, a list of them, or nothing. */
export function uniqueKeyOf(config: Readonly<Record<string, unknown>>): readonly string[] {
  const key = config['unique_key'];
  if (typeof key === 'string' && key.trim() !== '') return [key];
  return Array.isArray(key) ? key.map(String) : [];
}
