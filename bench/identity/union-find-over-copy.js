// The same in Node.js: encoded edges out by COPY, union-find over a typed array, labels back by COPY. What a program beside
// the database would cost that does not encode, number or explain anything.
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export async function unionFindOverCopy(client) {
  const began = performance.now();
  let parent = Int32Array.from({ length: 1 << 20 }, (_, i) => i);
  const find = (node) => {
    let x = node;
    while (parent[x] !== x) {
      parent[x] = parent[parent[x]];
      x = parent[x];
    }
    return x;
  };
  const room = (node) => {
    if (node < parent.length) return;
    const wider = Int32Array.from({ length: 2 * node }, (_, i) => i);
    wider.set(parent);
    parent = wider;
  };
  let most = 0;
  let number = 0;
  let first = 0;
  const lines = client.query(copyTo('copy (select a, b from unified.identity_links) to stdout'));
  for await (const chunk of lines) {
    for (const byte of chunk) {
      if (byte >= 48) {
        number = number * 10 + byte - 48;
        continue;
      }
      if (byte === 9) first = number;
      else {
        most = Math.max(most, first, number);
        room(most);
        const x = find(first);
        const y = find(number);
        if (x < y) parent[y] = x;
        else if (y < x) parent[x] = y;
      }
      number = 0;
    }
  }
  await client.query('create temporary table labels (node integer, component integer)');
  function* labels() {
    for (let from = 1; from <= most; from += 20_000) {
      let text = '';
      for (let i = from; i <= Math.min(most, from + 19_999); i++) text += `${i}\t${find(i)}\n`;
      yield text;
    }
  }
  await pipeline(Readable.from(labels()), client.query(copyFrom('copy labels from stdin')));
  await client.query('drop table labels');
  return (performance.now() - began) / 1000;
}
