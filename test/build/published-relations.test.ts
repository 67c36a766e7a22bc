import { expect, test } from 'vitest';
import { PublishedRelations } from '../../src/build/adapter/published-relations.js';
import type { MappedNode } from '../../src/build/publish/generation.js';
import type { RelationInfo } from '../../src/project/context/database-adapter.js';

const mapped = (name: string, schema = 'shop__r1'): MappedNode => ({
  nodeId: `model.shop.${name}`,
  schema: 'shop',
  name,
  relation: { schema, name, kind: 'table' },
  builtBy: 1,
  fingerprint: null,
  dataVersion: null,
  staleSince: null,
});

const info = (name: string): RelationInfo => ({
  database: null,
  schema: 'shop__r1',
  identifier: name,
  type: 'table',
});

test('what is published is asked for once and together, and again after SQL that may have changed it', async () => {
  const nodes = [mapped('a'), mapped('b'), mapped('ejected', 'shop')];
  const published = new PublishedRelations({
    number: 1,
    nodes: new Map(nodes.map((one) => [one.nodeId, one])),
  });
  let present = ['a', 'b'];
  let asked = 0;
  const list = (places: readonly { readonly name: string }[]): Promise<readonly RelationInfo[]> => {
    asked++;
    expect(places.map(({ name }) => name)).toEqual(['a', 'b']);
    return Promise.resolve(present.map(info));
  };
  const get = (name: string): Promise<RelationInfo | null> =>
    published.get({ schema: 'shop__r1', name }, list);
  // what was ejected is others' to change, and other places are nobody's
  expect(published.has({ schema: 'shop', name: 'ejected' })).toBe(false);
  expect(published.has({ schema: 'shop__r2', name: 'a' })).toBe(false);

  expect(await Promise.all([get('a'), get('b')])).toEqual([info('a'), info('b')]);
  published.heard('select * from shop.a where created');
  published.heard('insert into shop.log select 1');
  present = ['b'];
  expect(await get('a')).toEqual(info('a'));
  expect(asked).toBe(1);
  for (const sql of [
    'drop table shop__r1.a',
    'DO $$ begin end $$',
    'call tidy()',
    'select 1; Alter table x',
  ]) {
    published.heard(sql);
    expect(await get('a')).toBeNull();
  }
  expect(asked).toBe(5);

  published.forget();
  await expect(
    published.get({ schema: 'shop__r1', name: 'b' }, () => Promise.reject(new Error('gone'))),
  ).rejects.toThrow('gone');
  expect(await get('b')).toEqual(info('b'));
});
