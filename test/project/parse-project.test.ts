import { describe, expect, test } from 'vitest';
import { faultsOf, parseFiles } from './support/project-folder.js';

const model = (sql: string): string => `${sql}\n`;

describe('a project', () => {
  test('becomes a manifest of models, sources, tests and their edges', () => {
    const { manifest } = parseFiles({
      'models/stg_orders.sql': model("select * from {{ source('crm', 'orders') }}"),
      'models/orders.sql': model("{{ config(materialized='table') }} select * from {{ ref('stg_orders') }}"),
      'models/schema.yml': `
sources:
  - name: crm
    schema: raw_crm
    tables: [{name: orders}]
models:
  - name: orders
    description: One row per order.
    columns:
      - name: order_id
        data_tests: [unique, not_null]
`,
    });
    expect(Object.keys(manifest.nodes).sort()).toEqual([
      'model.shop.orders',
      'model.shop.stg_orders',
      'test.shop.not_null_orders_order_id.cf6c17daed',
      'test.shop.unique_orders_order_id.fed79b3a6e',
    ]);
    expect(manifest.nodes['model.shop.orders']?.depends_on.nodes).toEqual(['model.shop.stg_orders']);
    expect(manifest.nodes['model.shop.orders']?.config.materialized).toBe('table');
    expect(manifest.nodes['model.shop.orders']?.relation_name).toBe('"db"."main"."orders"');
    expect(manifest.nodes['model.shop.stg_orders']?.depends_on.nodes).toEqual(['source.shop.crm.orders']);
    expect(manifest.sources['source.shop.crm.orders']?.relation_name).toBe('"db"."raw_crm"."orders"');
    expect(manifest.child_map['model.shop.orders']).toHaveLength(2);
  });
});

describe('an unknown ref', () => {
  test('is an error with its place and the nearest name', () => {
    const [fault] = faultsOf({
      'models/customers.sql': model('select 1 as id'),
      'models/orders.sql': model("select *\nfrom {{ ref('custmers') }}"),
    });
    expect(fault).toMatchObject({
      code: 'PROJECT_UNKNOWN_REF',
      hint: 'Did you mean "customers"?',
      at: { file: 'models/orders.sql', line: 2 },
    });
  });
});
