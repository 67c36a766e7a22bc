/** `lifetimeValue` → `lifetime_value`; an upper-case run is one word: `orderID` → `order_id`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** `lifetime_value` → `lifetimeValue`. */
export function camelCase(name: string): string {
  return name
    .replace(/^_+/, '')
    .replace(/_+([a-z0-9])?/gi, (_, next: string | undefined) => (next ?? '').toUpperCase());
}

/** `order_lines` → `OrderLines`. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/** An identifier quoted for SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
