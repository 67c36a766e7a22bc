/**
 * The names that a statement calls as functions, in lower case, with the words of SQL that are functions without
 * brackets. Strings, comments and quoted names are passed over. More names than there are calls do no harm: an
 * unknown name counts as nothing, a known one makes a rebuild at worst.
 */
export function calledFunctions(sql: string): ReadonlySet<string> {
  const called = new Set<string>();
  for (const match of sql.matchAll(token)) {
    const { quoted, word, bracket, comma } = match.groups ?? {};
    if (quoted !== undefined && bracket !== undefined) called.add(quoted.slice(1, -1).replaceAll('""', '"'));
    if (word === undefined) continue;
    const name = word.toLowerCase();
    if (valueFunctions.has(name)) called.add(name);
    // age(x) counts from today, age(x, y) does not
    else if (bracket !== undefined) called.add(name === 'age' && comma !== undefined ? 'age,' : name);
  }
  return called;
}

const token =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|\$(?<tag>[A-Za-z_]*)\$[\s\S]*?\$\k<tag>\$|(?:(?<quoted>"(?:[^"]|"")*")|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))(?:\s*(?<bracket>\((?:(?<comma>(?=[^()]*,))|)))?/g;

/** https://www.postgresql.org/docs/current/functions-datetime.html and functions-info.html */
const valueFunctions: ReadonlySet<string> = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'current_user',
  'session_user',
  'current_role',
  'current_catalog',
  'current_schema',
  'user',
]);
