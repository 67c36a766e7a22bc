{{ config(materialized='view') }}
select id as customer_id, lower(email) as email, name, city from {{ source('raw', 'customers') }}
