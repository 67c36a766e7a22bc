{{ config(materialized='view') }}
select id as event_id, customer_id, at as occurred_at, channel, kind, amount from {{ source('raw', 'events') }}
